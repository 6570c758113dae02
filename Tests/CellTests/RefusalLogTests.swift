import CellWire
import Testing

@testable import Cell

@Suite struct RefusalLogTests {
    @Test("calls are counted by number, in the order in which they came first, with the first one's argument")
    func counts() {
        var log = RefusalLog()
        for (number, argument) in [(41, 2), (165, 0), (41, 10), (41, 2)] as [(Int, UInt64)] {
            log.add(number, argument: argument)
        }
        #expect(
            log.refusals == [
                CellRecord.Refusal(number: 41, count: 3, firstArgument: 2),
                CellRecord.Refusal(number: 165, count: 1, firstArgument: 0),
            ])
        #expect(log.others == 0)
    }

    @Test("a tool that makes up calls fills no memory")
    func bounded() {
        var log = RefusalLog()
        for round in 0..<3 {
            for number in 0..<1000 { log.add(number, argument: UInt64(round)) }
        }
        #expect(log.refusals.count == RefusalLog.distinct)
        #expect(log.refusals.allSatisfy { $0.count == 3 && $0.firstArgument == 0 })
        #expect(log.others == 3 * (1000 - RefusalLog.distinct))
    }
}
