/// Calls that are let through beside those of a list, and nothing else: a list in which every rule allows.
struct ListAddition {
    private let list: SeccompList
    /// Where it is from, for messages.
    private let path: String

    /// - Throws: ``HardeningError/brokenProfile(file:detail:)``, also for a rule that does not allow.
    init(files: [String: [UInt8]], name: String, folder: String?) throws(HardeningError) {
        list = try StrictJSON.read(SeccompList.self, from: files, name, folder: folder)
        path = folder.map { "\($0)/\(name)" } ?? name
        if let mistake = list.mistake { throw .brokenProfile(file: path, detail: mistake) }
        if let index = list.syscalls.firstIndex(where: { $0.action != .allow }) {
            let detail = "/syscalls/\(index)/action must be SCMP_ACT_ALLOW: an addition only lets through"
            throw .brokenProfile(file: path, detail: detail)
        }
    }

    /// `base` with this addition.
    ///
    /// What the addition says of a call takes the place of what `base` says of it for all arguments; rules for some arguments
    /// stand beside each other. So a call that `base` answers or lets through whole becomes one that gets through as reviewed
    /// here, and a family of sockets is added to those that are there.
    ///
    /// - Throws: ``HardeningError/brokenProfile(file:detail:)`` if it is for another machine or another default, or would let
    ///   through what ends a process.
    func added(to base: SeccompList) throws(HardeningError) -> SeccompList {
        guard list.defaultAction == base.defaultAction, list.architectures == base.architectures else {
            let detail = "/defaultAction and /architectures must be those of the lists that it is added to"
            throw .brokenProfile(file: path, detail: detail)
        }
        let named = Set(list.syscalls.flatMap(\.names))
        let killed = base.syscalls.filter { $0.action == .killProcess }.flatMap(\.names)
        if let call = killed.first(where: named.contains) {
            throw .brokenProfile(file: path, detail: "it lets \(call) through, which ends a process")
        }
        let kept = base.syscalls.compactMap { rule -> SeccompList.Rule? in
            guard (rule.args ?? []).isEmpty else { return rule }
            let names = rule.names.filter { !named.contains($0) }
            return names.isEmpty ? nil : rule.with(names: names)
        }
        return SeccompList(
            defaultAction: base.defaultAction, architectures: base.architectures, syscalls: kept + list.syscalls)
    }
}

extension SeccompList.Rule {
    fileprivate func with(names: [String]) -> Self {
        Self(comment: comment, names: names, action: action, errnoRet: errnoRet, args: args)
    }
}
