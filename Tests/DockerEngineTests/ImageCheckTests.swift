import Model
import Testing

@testable import DockerEngine

@Suite struct ImageCheckTests {
    private static let good: JSONValue = [
        "Id": "sha256:1", "Os": "linux",
        "Config": [
            "Volumes": .null, "OnBuild": .null, "Labels": ["maintainer": "x"], "Env": ["PATH=/bin", "A=b=c", "D"],
        ],
    ]

    private func image(_ configuration: JSONValue, system: JSONValue = "linux") -> JSONValue {
        ["Os": system, "Config": configuration]
    }

    @Test("a plain image is fine, and so is one that says nothing")
    func fine() {
        for image in [
            Self.good, [:], image(.null), image([:]), image(["Volumes": [:], "OnBuild": [], "Labels": [:]]),
            image(["Labels": .null, "User": "root", "Entrypoint": ["/evil"]]), ["Config": [:]],
        ] {
            #expect(ImageCheck.refusal(image) == nil, "\(image)")
        }
    }

    @Test("VOLUME, ONBUILD, a label of ours and another system are refused, with what it is")
    func refused() {
        let cases: [(JSONValue, String)] = [
            (image(["Volumes": ["/data": [:], "/a": [:]]]), "/a, /data"), (image(["OnBuild": ["RUN x"]]), "ONBUILD"),
            (image(["Labels": ["a": "b", "org.caisson.job": ""]]), "org.caisson.job"),
            (image(["Labels": ["org.caisson.": "x"]]), "org.caisson."), (image([:], system: "windows"), "windows"),
        ]
        for (image, word) in cases { #expect(ImageCheck.refusal(image)?.contains(word) == true, "\(image)") }
    }

    @Test("an image for another machine is refused; one that does not say is not")
    func machine() {
        #expect(ImageCheck.refusal(["Architecture": .string(ImageArchive.architecture)]) == nil)
        #expect(ImageCheck.refusal(["Architecture": ""]) == nil)
        #expect(ImageCheck.refusal(["Architecture": "s390x"])?.contains("s390x") == true)
    }

    @Test("the names of the image's environment are found, with and without a value")
    func environment() {
        #expect(ImageCheck.environmentNames(Self.good) == ["PATH", "A", "D"])
        #expect(ImageCheck.environmentNames(["Config": ["Env": .null]]) == [])
        #expect(ImageCheck.environmentNames([:]) == [])
    }
}
