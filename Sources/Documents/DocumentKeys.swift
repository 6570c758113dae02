/// The keys of a map that is being read: a small map is searched, and only a large one gets a set.
struct DocumentKeys {
    private static let smallMap = 16
    private var set: Set<String> = []

    /// Whether `key` is not among those of `members`, which are all that were asked for before and new.
    mutating func isNew(_ key: String, beside members: [DocumentNode.Member]) -> Bool {
        if members.count < Self.smallMap { return !members.contains { $0.key == key } }
        if set.isEmpty { set = Set(members.map(\.key)) }
        return set.insert(key).inserted
    }
}
