import Crypto
import Foundation
import GRDB
import Model
import Ports

/// A spec in its stored form, made before the transaction that stores it.
struct PreparedSpec: Sendable {
    let digest: String
    let body: String
    /// The blobs that it names.
    private(set) var blobs: [String] = []
    private var imageName = ""
    private var command = "[]"
    private var effect = Effect.once
    private var milliCPUs = 0
    private var memory: Int64 = 0
    /// Its clocks, in milliseconds.
    ///
    /// Those of what cannot be read are long (31 d): it is to be met as what it is, not to run out of time.
    private var queueClock: Int64 = 31 * 86_400_000
    private var totalClock: Int64 = 31 * 86_400_000

    init(_ spec: JobSpec) throws {
        let body = try StoredJSON.text(of: spec)
        (digest, self.body) = (JobSpecDigest.of(text: body), body)
        try describe(spec)
    }

    /// One that an earlier release has stored; of what cannot be read nothing but the text is kept.
    init(stored body: String, digest: String) {
        (self.digest, self.body) = (digest, body)
        do {
            try describe(StoredJSON.value(body, in: "a spec"))
        } catch {
            return  // whoever reads the job is told
        }
    }

    private mutating func describe(_ spec: JobSpec) throws {
        var blobs = spec.files.map(\.digest).filter { !$0.isEmpty }
        if case .stored(let digest, _) = spec.stdin { blobs.append(digest) }
        self.blobs = blobs
        (imageName, command) = (spec.imageName, try StoredJSON.text(of: spec.command))
        (effect, milliCPUs, memory) = (spec.effect, spec.limits.milliCPUs, spec.limits.memory.bytes)
        (queueClock, totalClock) = (spec.limits.queue.wholeMilliseconds, spec.limits.total.wholeMilliseconds)
    }

    static let insert = """
        INSERT INTO spec (digest, body, image_name, command, effect, milli_cpus, memory_bytes, queue_ms, total_ms)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    /// For ``insert``.
    var arguments: StatementArguments {
        [digest, body, imageName, command, effect.rawValue, milliCPUs, memory, queueClock, totalClock]
    }
}
