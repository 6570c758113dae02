import DockerEngine
import Filters
package import Hardening

/// A profile with what it comes to on this machine.
package struct ProfileReport: Sendable {
    /// A system call that a tool can reach.
    package struct Call: Sendable {
        package let number: Int
        package let name: String
        /// Whether it depends on the call's arguments.
        package let isConditional: Bool
    }

    /// One of the two lists, compiled.
    package struct List: Sendable {
        package let calls: Int
        /// Of BPF.
        package let instructions: Int
    }

    package let profile: Profile
    package let digest: String
    /// What both lists let through, by name.
    package let reachable: [Call]
    /// Calls that get through by another architecture's entry: none.
    package let foreign: Int
    package let outer: List
    package let inner: List

    /// Reads a profile of `set`, compiles its lists and follows every call through them.
    ///
    /// - Throws: ``HardeningError``, also for a compiled list that cannot be followed.
    package init(named name: String, of set: ProfileSet) throws {
        profile = try set.profile(named: name)
        digest = Self.digest(of: name, in: set)
        let outer = FilterProgram(try FilterCompiler.compile(profile.outer))
        let inner = FilterProgram(try FilterCompiler.compile(profile.inner))
        do {
            reachable = try ReachableCalls.through([outer, inner])
                .map { Call(number: $0.number, name: $0.name, isConditional: $0.isConditional) }
                .sorted { $0.name < $1.name }
            foreign = try ReachableCalls.foreignCount([outer, inner])
            self.outer = List(calls: try ReachableCalls.through([outer]).count, instructions: outer.count)
            self.inner = List(calls: try ReachableCalls.through([inner]).count, instructions: inner.count)
        } catch {
            throw HardeningError.filterNotBuilt(detail: "a compiled list cannot be followed: \(error)")
        }
    }

    /// `sha256:…` over a profile's files.
    package static func digest(of name: String, in set: ProfileSet) -> String {
        ContentDigest.of(set.content(of: name))
    }
}
