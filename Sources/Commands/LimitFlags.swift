import Model

/// The limits that flags ask for: `--limit NAME=VALUE,…`, and `--timeout` for `--limit run=…`.
enum LimitFlags {
    /// - Parameter words: the values of all `--limit` flags, each one or more pairs with commas between them.
    static func read(_ words: [String], timeout: String?) -> (amounts: [LimitField: Int64], mistakes: [ModelError]) {
        var (amounts, mistakes): ([LimitField: Int64], [ModelError]) = ([:], [])
        func take(_ field: LimitField, _ text: String, _ flag: String) {
            do throws(ModelError) {
                let amount = try field.amount(text: text, field: flag)
                if let other = amounts.updateValue(amount, forKey: field), other != amount {
                    mistakes.append(
                        .malformed(field: flag, value: text, expected: "what \(field) was given as before"))
                }
            } catch {
                mistakes.append(error)
            }
        }
        for pair in words.flatMap({ $0.split(separator: ",", omittingEmptySubsequences: false) }) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2 else {
                mistakes.append(
                    .malformed(
                        field: "--limit", value: shown(String(pair)), expected: "NAME=VALUE, as in memory=256MiB"))
                continue
            }
            guard let field = LimitField(rawValue: parts[0]) else {
                let names = LimitField.allCases.map(\.rawValue)
                let guess = Spelling.nearest(to: parts[0], among: names).map { "the name of a limit (\($0)?)" }
                mistakes.append(
                    .malformed(
                        field: "--limit", value: shown(parts[0]),
                        expected: guess ?? "the name of a limit: \(names.joined(separator: ", "))"))
                continue
            }
            take(field, parts[1], "--limit \(field)")
        }
        if let timeout { take(.run, timeout, "--timeout") }
        return (amounts, mistakes)
    }

    private static func shown(_ text: String) -> String { TextTable.oneLine(text, width: 80) }
}
