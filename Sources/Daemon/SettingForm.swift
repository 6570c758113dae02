import Model

/// What a setting may be, and how its text becomes a value.
package struct SettingForm<Value: Sendable>: Sendable {
    /// What is allowed, as a phrase that goes behind "must be".
    let allowed: String
    /// - Parameter folder: what a relative path begins in, if it may be relative.
    /// - Returns: `nil` for what is not allowed.
    let read: @Sendable (_ text: String, _ folder: String?) -> Value?
    /// As ``read`` takes it.
    let text: @Sendable (Value) -> String
}

extension SettingForm {
    /// What another form allows, or nothing.
    ///
    /// - Parameter word: what is written for nothing, as for no bound or no end.
    static func either<Plain: Sendable>(_ plain: SettingForm<Plain>, or word: String) -> SettingForm
    where Value == Plain? {
        SettingForm(
            allowed: "\(plain.allowed), or \(word)",
            read: { text, folder in text == word ? .some(nil) : plain.read(text, folder).map(Value.some) },
            text: { $0.map(plain.text) ?? word })
    }
}

extension SettingForm where Value == Int {
    static func count(_ range: ClosedRange<Int>) -> SettingForm {
        SettingForm(
            allowed: "a whole number in \(range.lowerBound) ... \(range.upperBound)",
            read: { text, _ in number(text).flatMap { range.contains($0) ? $0 : nil } }, text: { "\($0)" })
    }
}

extension SettingForm where Value == Duration {
    static func duration(_ range: ClosedRange<Duration>) -> SettingForm {
        SettingForm(
            allowed:
                "a whole number with a unit (ms, s, m, h, d) in \(range.lowerBound.text) ... \(range.upperBound.text)",
            read: { text, _ in
                // ignored: the caller tells of what is allowed
                (try? Duration(text: text, field: "")).flatMap { range.contains($0) ? $0 : nil }
            }, text: { $0.text })
    }
}

extension SettingForm where Value == GraphLife {
    static func graphLife(_ range: ClosedRange<Duration>) -> SettingForm {
        let plain = SettingForm<Duration>.duration(range)
        return SettingForm(
            allowed: "\(plain.allowed), forever, or same",
            read: { text, folder in
                switch text {
                case "same": .same
                case "forever": .forever
                default: plain.read(text, folder).map(GraphLife.life)
                }
            },
            text: {
                switch $0 {
                case .same: "same"
                case .forever: "forever"
                case .life(let life): plain.text(life)
                }
            })
    }
}

extension SettingForm where Value == ByteCount {
    static func bytes(_ range: ClosedRange<ByteCount>) -> SettingForm {
        SettingForm(
            allowed: "a whole number with a unit (B, KiB, MiB, GiB) in \(range.lowerBound) ... \(range.upperBound)",
            read: { text, _ in
                // ignored: the caller tells of what is allowed
                (try? ByteCount(text: text, field: "")).flatMap { range.contains($0) ? $0 : nil }
            }, text: { "\($0)" })
    }
}

extension SettingForm where Value == MemoryShare {
    /// A part of the machine's memory, or so many bytes of it.
    static func share(percent: ClosedRange<Int>, bytes: ClosedRange<ByteCount>) -> SettingForm {
        let size = SettingForm<ByteCount>.bytes(bytes)
        return SettingForm(
            allowed: "\(percent.lowerBound)% ... \(percent.upperBound)%, or \(size.allowed)",
            read: { text, folder in
                guard text.hasSuffix("%") else { return size.read(text, folder).map(MemoryShare.bytes) }
                return number(String(text.dropLast())).flatMap { percent.contains($0) ? .percent($0) : nil }
            },
            text: {
                switch $0 {
                case .percent(let percent): "\(percent)%"
                case .bytes(let count): "\(count)"
                }
            })
    }
}

extension SettingForm where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    static var word: SettingForm {
        let words = Value.allCases.map(\.rawValue)
        return SettingForm(
            allowed: words.joined(separator: " or "), read: { text, _ in Value(rawValue: text) }, text: \.rawValue)
    }
}

extension SettingForm where Value == String {
    /// An absolute path; a relative one begins in a folder that depends on where it was written.
    ///
    /// - Parameter bound: bytes, at most.
    static func path(bound: Int) -> SettingForm {
        SettingForm(
            allowed: "an absolute path of at most \(bound) bytes", read: { absolutePath($0, $1, bound) }, text: { $0 })
    }
}

extension SettingForm where Value == LogTarget {
    static func logTarget(bound: Int) -> SettingForm {
        SettingForm(
            allowed: "auto, stderr, or an absolute path of at most \(bound) bytes",
            read: { text, folder in
                switch text {
                case "auto": .automatic
                case "stderr": .standardError
                default: absolutePath(text, folder, bound).map(LogTarget.file)
                }
            },
            text: {
                switch $0 {
                case .automatic: "auto"
                case .standardError: "stderr"
                case .file(let path): path
                }
            })
    }
}

/// A number of decimal digits alone: no sign, no space.
private func number(_ text: String) -> Int? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int(text)
}

private func absolutePath(_ text: String, _ folder: String?, _ bound: Int) -> String? {
    guard !text.isEmpty, !text.utf8.contains(0), let folder = text.hasPrefix("/") ? "/" : folder else { return nil }
    let path = InstanceConfiguration.absolute(text, in: folder)
    return path.utf8.count <= bound && path != "/" ? path : nil
}
