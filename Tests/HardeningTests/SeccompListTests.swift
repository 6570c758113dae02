import Foundation
import Hardening
import Testing

@Suite struct SeccompListTests {
    private func list(_ text: String) throws -> SeccompList {
        try JSONDecoder().decode(SeccompList.self, from: Data(text.utf8))
    }

    private func list(
        action: String = "SCMP_ACT_ERRNO", architectures: String = "[\"SCMP_ARCH_X86_64\"]", rules: String = "[]"
    ) throws -> SeccompList {
        try list("{\"defaultAction\": \"\(action)\", \"architectures\": \(architectures), \"syscalls\": \(rules)}")
    }

    @Test("a list that denies by default for one architecture has no mistake")
    func fine() throws {
        #expect(try list().mistake == nil)
        #expect(try list(action: "SCMP_ACT_KILL_PROCESS").mistake == nil)
        let rules = """
            [{"names": ["read"], "action": "SCMP_ACT_ALLOW"},
             {"names": ["a"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]},
             {"names": ["a"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38, "args": [
               {"index": 0, "value": 1, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}]}]
            """
        #expect(try list(rules: rules).mistake == nil)
    }

    @Test("a list that allows by default is unfit")
    func allows() throws {
        #expect(try list(action: "SCMP_ACT_ALLOW").mistake?.contains("default") == true)
    }

    @Test(
        "another number of architectures than one is unfit",
        arguments: ["[]", "[\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X86\"]"])
    func architectures(_ architectures: String) throws {
        #expect(try list(architectures: architectures).mistake?.contains("architecture") == true)
    }

    @Test("a rule without names, or with a second value where none belongs, is unfit")
    func rules() throws {
        let bad = [
            #"[{"names": [], "action": "SCMP_ACT_ALLOW"}]"#,
            #"[{"names": ["x"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_MASKED_EQ"}]}]"#,
            #"""
            [{"names": ["x"], "action": "SCMP_ACT_ALLOW",
              "args": [{"index": 0, "value": 1, "valueTwo": 1, "op": "SCMP_CMP_EQ"}]}]
            """#,
        ]
        for rules in bad { #expect(try list(rules: rules).mistake != nil, "\(rules)") }
    }

    @Test("an action or an operator that is not known is refused, not guessed")
    func unknownWords() {
        #expect(throws: DecodingError.self) { try list(action: "SCMP_ACT_LOG") }
        #expect(throws: DecodingError.self) { try list(rules: #"[{"names": ["x"], "action": "SCMP_ACT_TRACE"}]"#) }
        #expect(throws: DecodingError.self) {
            try list(
                rules: """
                    [{"names": ["x"], "action": "SCMP_ACT_ALLOW",
                      "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_NE"}]}]
                    """)
        }
    }

    @Test("a condition on an argument that a call cannot have, or an error number that the kernel does not, is unfit")
    func ranges() throws {
        let bad = [
            #"[{"names": ["x"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 6, "value": 1, "op": "SCMP_CMP_EQ"}]}]"#,
            #"[{"names": ["x"], "action": "SCMP_ACT_ALLOW", "args": [{"index": -1, "value": 1, "op": "SCMP_CMP_EQ"}]}]"#,
            #"[{"names": ["x"], "action": "SCMP_ACT_ERRNO", "errnoRet": 4096}]"#,
            #"[{"names": ["x"], "action": "SCMP_ACT_ALLOW", "errnoRet": 1}]"#,
        ]
        for rules in bad { #expect(try list(rules: rules).mistake?.hasPrefix("/syscalls/0/") == true, "\(rules)") }
    }
}
