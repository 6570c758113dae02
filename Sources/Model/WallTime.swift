/// A moment of calendar time, in whole milliseconds since 1970-01-01 00:00 UTC.
package struct WallTime: Sendable, Hashable, Comparable, Codable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package init(from decoder: any Decoder) throws {
        milliseconds = try decoder.singleValueContainer().decode(Int64.self)
    }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(milliseconds)
    }

    package static func < (left: WallTime, right: WallTime) -> Bool { left.milliseconds < right.milliseconds }

    /// The moment that is `duration` later, in whole milliseconds; the last one there is, if it would be beyond.
    package func advanced(by duration: Duration) -> WallTime {
        let (sum, isTooLate) = milliseconds.addingReportingOverflow(duration.wholeMilliseconds)
        return WallTime(milliseconds: isTooLate ? .max : sum)
    }

    /// How much later `other` is.
    package func duration(to other: WallTime) -> Duration {
        let (difference, isTooMuch) = other.milliseconds.subtractingReportingOverflow(milliseconds)
        return .milliseconds(isTooMuch ? (other > self ? Int64.max : Int64.min) / 2 : difference)
    }

    /// RFC 3339 in UTC with milliseconds, as in `2026-03-01T08:15:30.250Z`.
    ///
    /// - Source: the days-to-civil algorithm of Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
    package var rfc3339: String {
        let (days, dayMilliseconds) = milliseconds.flooredQuotientAndRemainder(dividingBy: 86_400_000)
        let shifted = days + 719_468
        let (era, dayOfEra) = shifted.flooredQuotientAndRemainder(dividingBy: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let seconds = dayMilliseconds / 1000
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T\(padded(seconds / 3600, 2)):"
            + "\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2)).\(padded(dayMilliseconds % 1000, 3))Z"
    }
}

extension WallTime {
    /// Reads RFC 3339, with a zone and with or without fractions of a second; what is finer than a millisecond is dropped.
    ///
    /// - Source: the civil-to-days algorithm of the same paper.
    package init?(rfc3339 text: String) {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int64? {
            guard range.upperBound <= bytes.count, bytes[range].allSatisfy({ (48...57).contains($0) }) else {
                return nil
            }
            return bytes[range].reduce(0) { $0 * 10 + Int64($1 - 48) }
        }
        let marks = [4: "-", 7: "-", 10: "T", 13: ":", 16: ":"].mapValues { $0.utf8.first }
        guard bytes.count >= 20, marks.allSatisfy({ bytes[$0.key] == $0.value }), let year = number(0..<4),
            let month = number(5..<7), (1...12).contains(month), let day = number(8..<10), (1...31).contains(day),
            let hour = number(11..<13), hour < 24, let minute = number(14..<16), minute < 60,
            let second = number(17..<19), second <= 60
        else { return nil }
        var rest = bytes[19...]
        var thousandths: Int64 = 0
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix { (48...57).contains($0) }
            guard !digits.isEmpty else { return nil }
            thousandths = (digits.prefix(3) + [48, 48]).prefix(3).reduce(0) { $0 * 10 + Int64($1 - 48) }
            rest = rest.dropFirst(1 + digits.count)
        }
        var zone: Int64 = 0
        if rest.count == 6, let hours = number(rest.startIndex + 1..<rest.startIndex + 3),
            let minutes = number(rest.startIndex + 4..<rest.startIndex + 6),
            rest[rest.startIndex + 3] == UInt8(ascii: ":"),
            let sign = [UInt8(ascii: "+"): Int64(1), UInt8(ascii: "-"): -1][rest[rest.startIndex]]
        {
            zone = sign * (hours * 60 + minutes)
        } else if Array(rest) != [UInt8(ascii: "Z")] {
            return nil
        }
        let shiftedYear = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = shiftedYear.flooredQuotientAndRemainder(dividingBy: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let minutes = ((era * 146_097 + dayOfEra - 719_468) * 24 + hour) * 60 + minute - zone
        self.init(milliseconds: (minutes * 60 + second) * 1000 + thousandths)
    }
}

private func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

extension Int64 {
    fileprivate func flooredQuotientAndRemainder(dividingBy divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
