import CCell
import CellWire
import Glibc

/// The one job of a cell: orders, start, streams, end, collection.
extension CellLoop {
    // MARK: Orders

    /// Takes every whole order that has come.
    mutating func takeOrders() {
        guard case .preparing = phase else { return }
        do {
            while let message = try orders.next() {
                switch try CellOrder(message) {
                case .spec(let spec):
                    guard self.spec == nil else { return refuse("bad_order", "a second spec") }
                    self.spec = spec
                    inputs.remembers = spec.collectsChanges
                case .file(let path, let size, let isExecutable):
                    try inputs.begin(path: path, size: size, isExecutable: isExecutable)
                case .fileData(let bytes): try inputs.append(bytes)
                case .start:
                    guard !inputs.isInsideFile else { return refuse("bad_order", "start before the end of a file") }
                    return start()
                }
            }
        } catch let failure as InputWriter.Failure {
            refuse("input_failed", failure.detail)
        } catch let error as MessageError {
            refuse("bad_order", "\(error)")
        } catch {
            refuse("bad_order", "")
        }
    }

    /// Says that nothing was run, and why.
    private mutating func refuse(_ code: String, _ detail: String) {
        report(.refused(CellReport.Refusal(code: code, detail: detail)))
        finish()
    }

    private mutating func start() {
        guard let spec else { return refuse("bad_order", "start without a spec") }
        oomKillsBefore = cgroup.oomKills
        pidsRefusalsBefore = cgroup.pidsRefusals
        cpuBefore = cgroup.othersCPUMicroseconds
        startedAt = Kernel.now
        do throws(ToolProcess.Failure) {
            let tool = try ToolProcess(spec, folder: folder)
            self.tool = tool
            report(.started(tool.posture))
            runDeadline = startedAt + Int64(spec.runMilliseconds) * 1000
            phase = .running
        } catch {
            switch error {
            case .posture(let posture):
                refuse("filter_not_applied", "mode \(posture.seccompMode), \(posture.seccompFilters) filters")
            case .notConfined:
                refuse("landlock_not_applied", "not in force: its process could still write what it must not")
            case .setUp(let number):
                refuse("start_failed", Kernel.message(number))
            case .notStarted(let number):
                record.cause = .notStarted
                record.startError = Int(number)
                report(.record(record))
                finish()
            }
        }
    }

    // MARK: Refused calls

    /// Answers the calls that wait for it: what the tool's list does not name is refused, and counted.
    ///
    /// At most so many at a time: a tool that does nothing else must not keep the cell from its clocks.
    mutating func refuseCalls() {
        guard let listener = tool?.listener, listener >= 0 else { return }
        var (number, argument): (Int32, UInt64) = (0, 0)
        for _ in 0..<64 {
            switch unsafe caisson_cell_refuse_next(listener, &number, &argument) {
            case 1: refusals.add(Int(number), argument: argument)
            case 0: return
            default: return closeListener()
            }
        }
    }

    private mutating func closeListener() {
        guard let listener = tool?.listener, listener >= 0 else { return }
        close(listener)
        tool?.listener = -1
    }

    // MARK: Streams

    /// Moves whatever can be moved without waiting.
    mutating func advance() {
        feedStdin()
        if case .running = phase { readOutput() }
        if case .sweeping = phase {
            readOutput()
            finishSweep()
        }
        if case .collecting(var collector) = phase {
            while endpoint.room(.files) > 0 {
                guard let bytes = collector.next(count: endpoint.room(.files)) else {
                    report(.record(record))
                    return finish()
                }
                endpoint.send(.files, bytes)
            }
            phase = .collecting(collector)
        }
    }

    private mutating func feedStdin() {
        guard tool != nil || !stdinBytes.isEmpty else { return }
        if case .preparing = phase { return }
        if let fd = tool?.stdin, fd >= 0 {
            while !stdinBytes.isEmpty {
                guard let count = Kernel.write(fd, stdinBytes[...]) else {
                    closeStdin()
                    break
                }
                if count == 0 { return }
                stdinBytes.removeFirst(count)
                endpoint.consume(.stdin, count)
            }
            if stdinBytes.isEmpty, stdinEnded { closeStdin() }
        }
        if (tool?.stdin ?? -1) < 0 {
            // Nobody wants it: taken and dropped, so that the daemon can go on.
            endpoint.consume(.stdin, stdinBytes.count)
            stdinBytes.removeAll()
        }
    }

    private mutating func closeStdin() {
        guard let fd = tool?.stdin, fd >= 0 else { return }
        close(fd)
        tool?.stdin = -1
    }

    private mutating func readOutput() {
        guard let spec else { return }
        if let fd = tool?.stdout, fd >= 0 {
            let (total, isOpen) = readStream(fd, .stdout, total: record.stdoutBytes, cap: spec.outputCap)
            record.stdoutBytes = total
            if !isOpen { tool?.stdout = -1 }
        }
        if let fd = tool?.stderr, fd >= 0 {
            let (total, isOpen) = readStream(fd, .stderr, total: record.stderrBytes, cap: spec.outputCap)
            record.stderrBytes = total
            if !isOpen { tool?.stderr = -1 }
        }
        if case .running = phase, spec.killsOnOutputCap, isOverCap(spec) {
            terminate(.outputCap, graceMilliseconds: spec.graceMilliseconds)
        }
    }

    private func isOverCap(_ spec: CellSpec) -> Bool { max(record.stdoutBytes, record.stderrBytes) > spec.outputCap }

    /// Reads while there is something and room for it; what is beyond the cap is counted and dropped.
    private mutating func readStream(
        _ fd: Int32, _ channel: UpChannel, total: Int, cap: Int
    ) -> (total: Int, isOpen: Bool) {
        var total = total
        // A tool that writes without end must not keep the cell from its clocks: at most so much at a time.
        for _ in 0..<8 {
            let room = endpoint.room(channel)
            guard room > 0 else { return (total, true) }
            switch Kernel.read(fd, count: min(room, 64 << 10)) {
            case .wouldBlock: return (total, true)
            case .end:
                close(fd)
                return (total, false)
            case .bytes(let bytes):
                endpoint.send(channel, bytes.prefix(max(0, cap - total)))
                total += bytes.count
            }
        }
        return (total, true)
    }

    // MARK: The end

    /// Ends the tool because the daemon says so.
    mutating func cancel(graceMilliseconds: Int) {
        switch phase {
        case .preparing:
            record.cause = .cancelled
            report(.record(record))
            finish()
        case .running: terminate(.cancelled, graceMilliseconds: graceMilliseconds)
        case .sweeping, .collecting, .finished: break  // it has ended already: what it did stands
        }
    }

    /// TERM to the whole tree, and KILL when the grace is over; a second call can only shorten the grace.
    mutating func terminate(_ cause: CellRecord.EndCause, graceMilliseconds: Int) {
        let deadline = Kernel.now + Int64(graceMilliseconds) * 1000
        if killDeadline == .max {
            record.cause = cause
            Kernel.killAll(SIGTERM)
            Kernel.killAll(SIGCONT)
        }
        killDeadline = min(killDeadline, deadline)
        runDeadline = .max
    }

    /// Reaps every dead process; the tool's own end begins the sweep.
    mutating func reap() {
        var (exitCode, signal): (Int32, Int32) = (-1, 0)
        let wasSweeping = if case .sweeping = phase { true } else { false }
        while true {
            let pid = unsafe caisson_cell_reap(&exitCode, &signal)
            guard pid > 0 else { break }
            if pid == tool?.pid, case .running = phase {
                record.runMicroseconds = Int(Kernel.now - startedAt)
                record.exitCode = exitCode >= 0 ? Int(exitCode) : nil
                record.signal = signal > 0 ? Int(signal) : nil
                phase = .sweeping
                Kernel.killAll(SIGKILL)
            } else if wasSweeping {
                record.leftBehind += 1
            } else if case .sweeping = phase, signal == SIGKILL {
                // Killed just now; what is found dead otherwise together with the tool had died by itself.
                record.leftBehind += 1
            }
        }
    }

    /// When no process and no byte is left: what the kernel counted, then the files.
    private mutating func finishSweep() {
        reap()
        guard !processesLeft, (tool?.stdout ?? -1) < 0, (tool?.stderr ?? -1) < 0, let spec else { return }
        closeStdin()
        closeListener()
        stdinBytes.removeAll()
        (record.refusals, record.otherRefusals) = (refusals.refusals, refusals.others)
        // A tool that does not wait for its children hides what they have used from whoever only reaps.
        let used = cgroup.othersCPUMicroseconds.flatMap { now in cpuBefore.map { now - $0 } }
        record.cpuMicroseconds = max(used ?? 0, Int(caisson_cell_cpu_us(1)))
        record.peakMemoryBytes = cgroup.peakMemory ?? 0
        record.oomKills = max(0, cgroup.oomKills - oomKillsBefore)
        record.pidsLimitHit = cgroup.pidsRefusals > pidsRefusalsBefore
        record.stdoutTruncated = record.stdoutBytes > spec.outputCap
        record.stderrTruncated = record.stderrBytes > spec.outputCap
        // Whether it had written so much and ended just before it was to be ended must make no difference.
        if record.cause == .ended, spec.killsOnOutputCap, isOverCap(spec) { record.cause = .outputCap }
        limitWatch.lookAtFolders()
        record.limitsHit = limitsHit
        endpoint.finish(.stdout)
        endpoint.finish(.stderr)
        phase = .collecting(FileCollector(folder: folder, spec: spec, written: inputs.written))
    }

    /// The limits that were hit, in the order of the protocol.
    private var limitsHit: [String] {
        let counted: [(String, Bool)] = [
            ("pids", record.pidsLimitHit), ("memory", record.oomKills > 0),
            ("output", record.stdoutTruncated || record.stderrTruncated),
        ]
        return counted.filter(\.1).map(\.0) + limitWatch.hit
    }

    private mutating func finish() {
        for channel in UpChannel.allCases { endpoint.finish(channel) }
        phase = .finished
    }
}
