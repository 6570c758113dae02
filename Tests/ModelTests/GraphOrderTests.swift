import Model
import TestSupport
import Testing

@Suite struct GraphOrderTests {
    @Test("the depth is that of the longest way, and a graph without a circle has none")
    func depth() {
        #expect(GraphOrder(needs: [[], [], []]).depth == 1)
        let diamond = GraphOrder(needs: [[], [0], [0], [1, 2], [0, 3]])
        #expect(diamond.depth == 4)
        #expect(diamond.circle == nil)
        #expect(GraphOrder(needs: []).circle == nil)
    }

    @Test("a circle is given whole, whatever stands before and after it")
    func circle() throws {
        #expect(GraphOrder(needs: [[0]]).circle == [0, 0])
        // 4 comes after the circle 1 → 2 → 3, and 0 before it.
        let circle = try #require(GraphOrder(needs: [[], [0, 2], [3], [1], [1]]).circle)
        #expect(circle.first == circle.last)
        #expect(Set(circle) == [1, 2, 3])
    }

    @Test(
        "in any graph, what is called a circle is one, and there is one exactly if no order exists", arguments: 1...50)
    func random(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let count = Int.random(in: 2...30, using: &generator)
        let isForward = Bool.random(using: &generator)
        let needs = (0..<count).map { index in
            (0..<count).filter {
                (isForward ? $0 < index : $0 != index) && Int.random(in: 0..<8, using: &generator) == 0
            }
        }
        let order = GraphOrder(needs: needs)
        if isForward { #expect(order.circle == nil, "seed \(seed)") }
        guard let circle = order.circle else { return #expect(order.depth <= count, "seed \(seed)") }
        #expect(circle.count >= 2 && circle.first == circle.last, "seed \(seed)")
        for (node, next) in zip(circle, circle.dropFirst()) { #expect(needs[node].contains(next), "seed \(seed)") }
    }
}
