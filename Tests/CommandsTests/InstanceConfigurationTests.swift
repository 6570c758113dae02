import Daemon
import Foundation
import Testing

@Suite struct InstanceConfigurationTests {
    private func home(_ named: String?, _ environment: [String: String] = [:]) throws -> String {
        try InstanceConfiguration(home: named, environment: environment, executable: "/bin/caisson").home
    }

    @Test(
        "a data folder means what the kernel would take it for, from the current folder",
        arguments: [
            ("/a/b", "/a/b"), ("/a//b/./c/", "/a/b/c"), ("rel", "/now/rel"), ("./rel/", "/now/rel"),
            ("../rel", "/now/../rel"), ("../../x/y", "/now/../../x/y"), ("/a/../b", "/a/../b"), ("~", "/now/~"),
            ("~/x", "/now/~/x"), ("/", "/"),
        ])
    func absolute(_ path: String, _ wanted: String) {
        #expect(InstanceConfiguration.absolute(path, in: "/now") == wanted)
    }

    @Test("a relative data folder begins in the current folder, whichever way it was named")
    func relative() throws {
        let current = FileManager.default.currentDirectoryPath
        #expect(try home("../x") == "\(current)/../x")
        #expect(try home(nil, ["CAISSON_HOME": "../x", "HOME": "/h"]) == "\(current)/../x")
        #expect(try home(nil, ["CAISSON_HOME": "", "HOME": "/h"]) == "/h/.local/state/caisson")
    }
}
