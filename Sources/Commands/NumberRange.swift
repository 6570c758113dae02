import ArgumentParser

extension ClosedRange<Int> {
    /// Refuses a number that is not in the range.
    ///
    /// - Parameter name: what people call it, as in `--limit`.
    /// - Throws: `ValidationError`.
    func check(_ number: Int, as name: String) throws {
        guard !contains(number) else { return }
        throw ValidationError("\(name) is \(number), but must be \(lowerBound) ... \(upperBound).")
    }
}
