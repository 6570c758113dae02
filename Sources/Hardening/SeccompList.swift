/// A deny-by-default list of system calls, in the form of the OCI runtime specification that engines and runc read.
///
/// - Source: OCI runtime-spec, `config-linux.md`, "Seccomp"; Docker's profile format, which is the same with `names`.
package struct SeccompList: Sendable, Hashable, Codable {
    package enum Action: String, Sendable, Hashable, Codable {
        case allow = "SCMP_ACT_ALLOW"
        case errno = "SCMP_ACT_ERRNO"
        case killProcess = "SCMP_ACT_KILL_PROCESS"
    }

    package enum Operator: String, Sendable, Hashable, Codable {
        case equal = "SCMP_CMP_EQ"
        case maskedEqual = "SCMP_CMP_MASKED_EQ"
    }

    /// A condition on one argument; a rule's conditions must all hold.
    package struct Argument: Sendable, Hashable, Codable {
        package let index: Int
        /// The value, or the mask of ``Operator/maskedEqual``.
        package let value: UInt64
        /// What the masked argument must be.
        package let valueTwo: UInt64?
        package let op: Operator
    }

    package struct Rule: Sendable, Hashable, Codable {
        package let comment: String?
        package let names: [String]
        package let action: Action
        /// The error number of ``Action/errno``; EPERM if it is missing.
        package let errnoRet: Int?
        package let args: [Argument]?
    }

    package let defaultAction: Action
    package let architectures: [String]
    package let syscalls: [Rule]

    /// What makes a list unfit to confine anything, or `nil`.
    package var mistake: String? {
        if defaultAction == .allow { return "the default action allows" }
        if architectures.count != 1 { return "one native architecture must be named, and no other" }
        for rule in syscalls {
            guard !rule.names.isEmpty else { return "a rule without names" }
            for argument in rule.args ?? [] where (argument.op == .maskedEqual) != (argument.valueTwo != nil) {
                return "\(rule.names[0]): valueTwo goes with SCMP_CMP_MASKED_EQ, and only with it"
            }
        }
        return nil
    }
}
