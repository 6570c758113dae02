import Foundation
import Model
import Ports
import Testing

@testable import DockerEngine

@Suite struct EngineInfoTests {
    private func info(_ text: String) throws -> EngineInfo {
        let version = try JSONDecoder().decode(
            EngineVersion.self,
            from: Data(
                #"{"Version":"20.10.24","ApiVersion":"1.41","Components":[{"Name":"runc","Version":"1.1.5"}]}"#.utf8))
        return EngineInfo(try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)), version: version)
    }

    @Test("registries of the engine's own machine are no weakness, all others without a proof are")
    func registries() throws {
        let text = """
            {"RegistryConfig": {"InsecureRegistryCIDRs": ["127.0.0.0/8", "::1/128", "10.0.0.0/8"],
            "IndexConfigs": {"docker.io": {"Secure": true}, "old.example": {"Secure": false}, "b.example": {"Secure": false}}}}
            """
        #expect(try info(text).insecureRegistries == ["10.0.0.0/8", "b.example", "old.example"])
    }

    @Test("plug-ins, memory and experimental parts are read; what is not said is not known")
    func settings() throws {
        let told = try info(
            #"{"Plugins": {"Authorization": ["opa"]}, "MemTotal": 25276514304, "ExperimentalBuild": true}"#)
        #expect(told.authorizationPlugins == ["opa"])
        #expect(told.memory == ByteCount(bytes: 25_276_514_304))
        #expect(told.isExperimental == true)
        #expect(told.components == ["runc": "1.1.5"])
        let silent = try info(#"{"Plugins": {"Authorization": null}}"#)
        #expect(silent.authorizationPlugins == [])
        #expect(silent.insecureRegistries == [])
        #expect(silent.memory == nil)
        #expect(silent.isExperimental == nil)
    }
}
