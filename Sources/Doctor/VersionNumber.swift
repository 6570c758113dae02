/// The numbers at the beginning of a version, as 1, 1, 5 in `1.1.5+ds1`.
package struct VersionNumber: Sendable, Hashable, Comparable, CustomStringConvertible {
    let numbers: [Int]

    /// - Parameter numbers: at least two.
    init(_ numbers: Int...) { self.numbers = numbers }

    /// `nil` if the text does not begin with at least two numbers.
    init?(_ text: String) {
        let plain = text.drop { $0 == "v" }.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let parts = plain.split(separator: ".").map { Int($0) }
        let numbers = parts.compactMap(\.self)
        guard numbers.count >= 2, numbers.count == parts.count else { return nil }
        self.numbers = numbers
    }

    package var description: String { numbers.map(String.init).joined(separator: ".") }

    /// Whether both come from one series of releases, as 1.2.7 and 1.2.8 do.
    func isOfSeries(_ other: VersionNumber) -> Bool { numbers.prefix(2) == other.numbers.prefix(2) }

    package static func < (left: VersionNumber, right: VersionNumber) -> Bool {
        left.numbers.lexicographicallyPrecedes(right.numbers)
    }
}
