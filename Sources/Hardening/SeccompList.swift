import FoundationEssentials

/// A deny-by-default list of system calls, in the form of the OCI runtime specification that engines and runc read.
///
/// - Source: OCI runtime-spec, `config-linux.md`, "Seccomp"; Docker's profile format, which is the same with `names`.
package struct SeccompList: Sendable, Hashable, Codable {
    package enum Action: String, Sendable, Hashable, Codable {
        case allow = "SCMP_ACT_ALLOW"
        case errno = "SCMP_ACT_ERRNO"
        case killProcess = "SCMP_ACT_KILL_PROCESS"
        /// Asked of the cell, which refuses with EPERM and counts; for inner lists alone.
        case notify = "SCMP_ACT_NOTIFY"
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

    /// What makes a list unfit to confine anything, with its place, or `nil`.
    package var mistake: String? {
        if defaultAction == .allow { return "/defaultAction must deny" }
        if architectures.count != 1 { return "/architectures must name the native one, and no other" }
        for (index, rule) in syscalls.enumerated() {
            let place = "/syscalls/\(index)"
            guard !rule.names.isEmpty else { return "\(place)/names is empty" }
            if let number = rule.errnoRet, rule.action != .errno || !(0...4095).contains(number) {
                return "\(place)/errnoRet must be 0 ... 4095, and goes with SCMP_ACT_ERRNO only"
            }
            for (index, argument) in (rule.args ?? []).enumerated() {
                guard (0...5).contains(argument.index) else {
                    return "\(place)/args/\(index)/index is \(argument.index), but must be 0 ... 5"
                }
                if (argument.op == .maskedEqual) != (argument.valueTwo != nil) {
                    return "\(place)/args/\(index)/valueTwo goes with SCMP_CMP_MASKED_EQ, and only with it"
                }
            }
        }
        return nil
    }

    /// Whether it asks somebody: an engine has nobody to ask.
    var asks: Bool { defaultAction == .notify || syscalls.contains { $0.action == .notify } }

    /// The list as an engine gets it: without comments, and always the same for the same rules.
    var engineJSON: String {
        get throws(HardeningError) {
            let rules = syscalls.map {
                Rule(comment: nil, names: $0.names, action: $0.action, errnoRet: $0.errnoRet, args: $0.args)
            }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            do {
                let list = SeccompList(defaultAction: defaultAction, architectures: architectures, syscalls: rules)
                return String(decoding: try encoder.encode(list), as: UTF8.self)
            } catch {
                throw .filterNotBuilt(detail: "the outer list cannot be written")
            }
        }
    }
}
