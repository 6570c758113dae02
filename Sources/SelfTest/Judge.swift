import FoundationEssentials

/// What a sandbox left of a run: what the program wrote, and how it ended.
package struct RunOutcome: Sendable {
    package enum End: Sendable, Hashable {
        case exited(Int)
        case killed(signal: Int)
        /// It did not come to an end of its own; why, as a sentence.
        case other(String)
    }

    package let output: [UInt8]
    package let end: End

    package init(output: [UInt8], end: End) { (self.output, self.end) = (output, end) }
}

/// One probe, judged.
package struct ProbeFinding: Sendable {
    package let id: String
    package let meaning: String
    package let isPassed: Bool
    /// What was seen; `nil` if there was no answer.
    package let seen: String?
    package let wanted: String
}

/// Compares what was seen with what must be: what is missing, and what nobody asked for, is a failure.
package struct Judge: Sendable {
    /// Numbers of signals that a probe can end by.
    private static let signals = [4: "SIGILL", 6: "SIGABRT", 9: "SIGKILL", 11: "SIGSEGV", 14: "SIGALRM", 31: "SIGSYS"]
    /// Disagreements that are told of one probe.
    private static let told = 4
    private let test: SelfTest
    private var seen: [String: String] = [:]
    private var flaws: [ProbeFinding] = []

    package init(_ test: SelfTest) { self.test = test }

    /// One answer of the program: of a probe, or, at the end, how many there were.
    private struct Answer: Decodable {
        var probe: String?
        var seen: String?
        var answered: Int?
    }

    /// Takes what came of a run.
    package mutating func take(_ outcome: RunOutcome, of run: ProbeRun) {
        let asked = Set(run.lines.map(\.id))
        var (answered, hasEnd): (Set<String>, Bool) = ([], false)
        for text in outcome.output.split(separator: UInt8(ascii: "\n")) {
            let line = text.last == UInt8(ascii: "\r") ? text.dropLast() : text
            let answer: Answer
            do {
                answer = try JSONDecoder().decode(Answer.self, from: Data(line))
            } catch {
                addFlaw("an answer", seen: String(decoding: line.prefix(200), as: UTF8.self), wanted: "a line of JSON")
                continue
            }
            if let count = answer.answered {
                hasEnd = true
                if count != asked.count { addFlaw("the end", seen: "\(count) answers", wanted: "\(asked.count)") }
            } else if let id = answer.probe, let words = answer.seen, asked.contains(id), answered.insert(id).inserted {
                seen[id] = words
            } else {
                addFlaw("an answer", seen: "\(answer.probe ?? "nothing")", wanted: "one to each probe that was asked")
            }
        }
        // What ends its process has its answer in the end of that.
        if run.lines.count == 1, let id = run.lines.first?.id, answered.isEmpty, let words = Self.words(outcome.end) {
            seen[id] = words
            return
        }
        guard outcome.end == .exited(0), hasEnd else {
            return addFlaw(
                "the end", seen: "\(outcome.end)\(hasEnd ? "" : ", unfinished")", wanted: "a plan done to its end")
        }
    }

    private static func words(_ end: RunOutcome.End) -> String? {
        switch end {
        case .exited(0), .other: nil
        case .exited(let code): "exited \(code)"
        case .killed(let signal): "killed \(signals[signal] ?? "by signal \(signal)")"
        }
    }

    private mutating func addFlaw(_ what: String, seen: String, wanted: String) {
        flaws.append(
            ProbeFinding(
                id: "plan.\(flaws.count + 1)", meaning: "\(what) of a sandbox", isPassed: false, seen: seen,
                wanted: wanted))
    }

    /// All probes in their order, then what else was wrong.
    package var findings: [ProbeFinding] { test.probes.map(finding) + flaws }

    private func finding(_ probe: Probe) -> ProbeFinding {
        func made(_ isPassed: Bool, _ seen: String?, _ wanted: String) -> ProbeFinding {
            ProbeFinding(id: probe.id, meaning: probe.meaning, isPassed: isPassed, seen: seen, wanted: wanted)
        }
        if let flaw = probe.flaw { return made(false, flaw, "a probe that can tell") }
        if probe.lines.count == 1, let line = probe.lines.first {
            let wanted = line.wanted.resolved(test.filters)
            return made(seen[line.id].map(wanted.accepts) ?? false, seen[line.id], wanted.text)
        }
        let wrong = probe.lines.compactMap { line -> String? in
            let wanted = line.wanted.resolved(test.filters)
            guard let words = seen[line.id] else { return "\(Self.title(of: line)): no answer" }
            return wanted.accepts(words) ? nil : "\(Self.title(of: line)): \(words), not \(wanted.text)"
        }
        guard wrong.isEmpty else {
            let more = wrong.count > Self.told ? " and \(wrong.count - Self.told) more" : ""
            return made(false, wrong.prefix(Self.told).joined(separator: "; ") + more, "agreement")
        }
        return made(true, summary(of: probe), "agreement")
    }

    /// A call by its name, where it has one.
    private static func title(of line: Probe.Line) -> String {
        guard case .agreement(let call) = line.wanted, call.entry == .native,
            let name = ProfileFilters.name(of: call.number)
        else { return line.words.joined(separator: " ") }
        return "\(name) (\(line.id))"
    }

    /// How many calls got through, were refused, and ended their process.
    private func summary(of probe: Probe) -> String {
        var numbers: Set<String> = []
        var (refused, killed) = (Set<String>(), Set<String>())
        for line in probe.lines {
            guard line.words.count > 1, case .agreement(let call) = line.wanted else { continue }
            switch test.filters.answer(to: call) {
            case .letThrough: numbers.insert(line.words[1])
            case .refused(let words) where words.contains("killed SIGSYS"): killed.insert(line.words[1])
            case .refused: refused.insert(line.words[1])
            }
        }
        let rest = refused.subtracting(numbers).count
        return "\(numbers.count) reached, \(rest) refused, \(killed.count) killed"
    }
}
