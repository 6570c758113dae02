import CellWire

/// Counts the system calls that a tool was refused.
struct RefusalLog {
    /// Different calls that are told apart; a tool can make up a thousand.
    static let distinct = 64

    private(set) var refusals: [CellRecord.Refusal] = []
    /// Refusals of calls beyond those.
    private(set) var others = 0
    private var places: [Int: Int] = [:]

    /// - Parameter argument: the call's first one, kept of its first refusal.
    mutating func add(_ number: Int, argument: UInt64) {
        if let place = places[number] {
            refusals[place].count += 1
        } else if refusals.count < Self.distinct {
            places[number] = refusals.count
            refusals.append(CellRecord.Refusal(number: number, firstArgument: argument))
        } else {
            others += 1
        }
    }
}
