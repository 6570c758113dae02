/// The order in which the nodes of a graph can be settled, each after those that it needs.
package struct GraphOrder: Sendable {
    /// Nodes on the longest way through the graph, as far as no circle is in it.
    package private(set) var depth = 1
    /// One circle, if there is any: each node needs the next one, and the last is the first again.
    package private(set) var circle: [Int]?

    /// - Parameter needs: for each node by its index, the indexes of those that it needs.
    package init(needs: [[Int]]) {
        var dependents: [[Int]] = Array(repeating: [], count: needs.count)
        var open = needs.map(\.count)
        for (index, parents) in needs.enumerated() {
            for parent in parents { dependents[parent].append(index) }
        }
        var depths = Array(repeating: 1, count: needs.count)
        var free = needs.indices.filter { open[$0] == 0 }
        var settled = 0
        while let index = free.popLast() {
            settled += 1
            for child in dependents[index] {
                depths[child] = max(depths[child], depths[index] + 1)
                depth = max(depth, depths[child])
                open[child] -= 1
                if open[child] == 0 { free.append(child) }
            }
        }
        if settled < needs.count { circle = Self.circle(needs, open) }
    }

    /// The names on a circle as a way, as in `a → b → a`; a long one without its middle.
    package static func text(_ names: [String]) -> String {
        let shown = names.count <= 12 ? names : names.prefix(6) + ["…"] + names.suffix(5)
        return shown.joined(separator: " → ")
    }

    /// - Parameter open: for each node, needs that were never settled: those of a circle, and of what comes after one.
    private static func circle(_ needs: [[Int]], _ open: [Int]) -> [Int]? {
        // Who has an open need has one on somebody who has one: going from need to need comes back at last.
        guard var index = open.firstIndex(where: { $0 > 0 }) else { return nil }
        var seen: [Int: Int] = [:]
        var path: [Int] = []
        while seen[index] == nil {
            seen[index] = path.count
            path.append(index)
            guard let next = needs[index].first(where: { open[$0] > 0 }) else { break }
            index = next
        }
        return path[(seen[index] ?? 0)...] + [index]
    }
}
