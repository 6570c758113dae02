extension ByteCount {
    /// How sizes are written.
    package static let form = "a whole number with a unit (512B, 64KiB, 256MiB, 1GiB)"

    /// Reads a whole number with a binary unit, as in `64KiB`, `256MiB`, `1GiB`; a bare number is refused.
    ///
    /// - Throws: ``ModelError/malformed(field:value:expected:)`` naming `field`.
    package init(text: String, field: String) throws(ModelError) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let shift: Int64? = ["B": 0, "KiB": 10, "MiB": 20, "GiB": 30][text.dropFirst(digits.count)]
        guard let number = Int64(digits), let shift, number <= Int64.max >> shift else {
            throw .malformed(field: field, value: text, expected: Self.form)
        }
        self.init(bytes: number << shift)
    }
}
