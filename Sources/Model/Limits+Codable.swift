/// The stored form of the limits: bare numbers, with their unit in the name; durations are whole milliseconds.
extension Limits: Codable {
    private enum CodingKeys: String, CodingKey {
        case milliCPUs = "cpus_thousandths"
        case memory = "memory_bytes"
        case pids
        case output = "output_bytes"
        case result = "result_bytes"
        case artifacts = "artifacts_bytes"
        case work = "work_bytes"
        case tmp = "tmp_bytes"
        case files
        case queue = "queue_ms"
        case pull = "pull_ms"
        case start = "start_ms"
        case run = "run_ms"
        case grace = "grace_ms"
        case total = "total_ms"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func size(_ key: CodingKeys) throws -> ByteCount { try values.decode(ByteCount.self, forKey: key) }
        func time(_ key: CodingKeys) throws -> Duration { .milliseconds(try values.decode(Int64.self, forKey: key)) }
        // Clocks that the first release did not have.
        func laterTime(_ key: CodingKeys, _ fallback: Duration) throws -> Duration {
            try values.decodeIfPresent(Int64.self, forKey: key).map { .milliseconds($0) } ?? fallback
        }
        self.init(
            milliCPUs: try values.decode(Int.self, forKey: .milliCPUs), memory: try size(.memory),
            pids: try values.decode(Int.self, forKey: .pids), output: try size(.output), result: try size(.result),
            artifacts: try size(.artifacts), work: try size(.work), tmp: try size(.tmp),
            files: try values.decode(Int.self, forKey: .files),
            queue: try laterTime(.queue, .seconds(3600)), pull: try laterTime(.pull, .seconds(300)),
            start: try time(.start), run: try time(.run), grace: try time(.grace),
            total: try laterTime(.total, .seconds(7200)))
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(milliCPUs, forKey: .milliCPUs)
        try values.encode(pids, forKey: .pids)
        try values.encode(files, forKey: .files)
        let sizes: [(CodingKeys, ByteCount)] = [
            (.memory, memory), (.output, output), (.result, result), (.artifacts, artifacts), (.work, work),
            (.tmp, tmp),
        ]
        for (key, size) in sizes { try values.encode(size, forKey: key) }
        for (key, time) in [
            (CodingKeys.queue, queue), (.pull, pull), (.start, start), (.run, run), (.grace, grace), (.total, total),
        ] {
            try values.encode(time.wholeMilliseconds, forKey: key)
        }
    }
}
