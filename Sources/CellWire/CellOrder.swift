/// What the daemon tells the cell, in this order: one spec, the input files, one start.
package enum CellOrder: Sendable, Hashable {
    case spec(CellSpec)
    /// A file beneath `/work` begins; its content follows in ``fileData(_:)``, `size` bytes in all.
    case file(path: String, size: Int, isExecutable: Bool)
    case fileData([UInt8])
    case start

    package var message: Message {
        switch self {
        case .spec(let spec): return Message(kind: 1, body: spec.body)
        case .file(let path, let size, let isExecutable):
            var fields = FieldWriter()
            fields.put(1, path)
            fields.put(2, size)
            fields.put(3, isExecutable)
            return Message(kind: 2, body: fields.bytes)
        case .fileData(let bytes): return Message(kind: 3, body: bytes)
        case .start: return Message(kind: 4)
        }
    }

    package init(_ message: Message) throws(MessageError) {
        switch message.kind {
        case 1: self = .spec(try CellSpec(body: message.body))
        case 2:
            let fields = try FieldReader(message.body)
            guard let size = fields.integer(2), size >= 0, !fields.string(1).isEmpty else {
                throw .malformed("a file without path or size")
            }
            self = .file(path: fields.string(1), size: size, isExecutable: fields.flag(3))
        case 3: self = .fileData(message.body)
        case 4: self = .start
        default: throw .unknownKind(message.kind)
        }
    }
}

/// What the cell is to run, and within which limits.
package struct CellSpec: Sendable, Hashable {
    package var command: [String]
    /// `NAME=value` words: the tool's whole environment.
    package var environment: [String]
    /// Whether the tool's standard input comes from the stdin channel; else it is empty.
    package var hasStandardInput: Bool
    /// Bytes kept of stdout and of stderr, each.
    package var outputCap: Int
    /// Bytes of the result file, and of all artifacts together.
    package var resultCap: Int
    package var artifactsCap: Int
    package var runMilliseconds: Int
    package var graceMilliseconds: Int
    /// Relative to `/work`; empty if there is no result to collect.
    package var resultPath: String
    /// Literal paths or patterns.
    package var artifactPaths: [String]
    /// The inner filter as classic BPF: 8 bytes an instruction, in the machine's byte order.
    package var filter: [UInt8]
    /// Whether a tool that writes more than ``outputCap`` is ended; else the rest is dropped.
    package var killsOnOutputCap: Bool
    /// Whether every file beneath `/work` that is new or changed is collected as well.
    package var collectsChanges: Bool

    package init(
        command: [String], environment: [String], hasStandardInput: Bool, outputCap: Int, resultCap: Int,
        artifactsCap: Int, runMilliseconds: Int, graceMilliseconds: Int, resultPath: String, artifactPaths: [String],
        filter: [UInt8], killsOnOutputCap: Bool = false, collectsChanges: Bool = false
    ) {
        (self.command, self.environment, self.hasStandardInput) = (command, environment, hasStandardInput)
        (self.outputCap, self.resultCap, self.artifactsCap) = (outputCap, resultCap, artifactsCap)
        (self.runMilliseconds, self.graceMilliseconds) = (runMilliseconds, graceMilliseconds)
        (self.resultPath, self.artifactPaths, self.filter) = (resultPath, artifactPaths, filter)
        (self.killsOnOutputCap, self.collectsChanges) = (killsOnOutputCap, collectsChanges)
    }

    fileprivate var body: [UInt8] {
        var fields = FieldWriter()
        fields.put(1, command)
        fields.put(2, environment)
        fields.put(3, hasStandardInput)
        fields.put(4, outputCap)
        fields.put(5, resultCap)
        fields.put(6, artifactsCap)
        fields.put(7, runMilliseconds)
        fields.put(8, graceMilliseconds)
        fields.put(9, resultPath)
        fields.put(10, artifactPaths)
        fields.put(11, filter)
        fields.put(12, killsOnOutputCap)
        fields.put(13, collectsChanges)
        return fields.bytes
    }

    /// - Throws: ``MessageError/malformed(_:)`` if a limit is missing or zero: absent never means unlimited.
    fileprivate init(body: [UInt8]) throws(MessageError) {
        let fields = try FieldReader(body)
        func positive(_ tag: UInt8, _ name: String) throws(MessageError) -> Int {
            guard let value = fields.integer(tag), value > 0 else {
                throw .malformed("\(name) is missing or not positive")
            }
            return value
        }
        guard let grace = fields.integer(8), grace >= 0 else { throw .malformed("grace is missing or negative") }
        let filter = fields.bytes(11) ?? []
        guard !filter.isEmpty, filter.count.isMultiple(of: 8) else { throw .malformed("the filter is missing or torn") }
        guard let program = fields.strings(1).first, !program.isEmpty else {
            throw .malformed("the command is missing")
        }
        try self.init(
            command: fields.strings(1), environment: fields.strings(2), hasStandardInput: fields.flag(3),
            outputCap: positive(4, "output"), resultCap: positive(5, "result"), artifactsCap: positive(6, "artifacts"),
            runMilliseconds: positive(7, "run"), graceMilliseconds: grace, resultPath: fields.string(9),
            artifactPaths: fields.strings(10), filter: filter, killsOnOutputCap: fields.flag(12),
            collectsChanges: fields.flag(13))
    }
}
