import CCell
import CellWire
import Glibc

/// The tool's process and our ends of its pipes.
struct ToolProcess {
    /// Why there is no tool.
    enum Failure: Error {
        /// The kernel's error number: the command does not exist, is no program, or there is no memory.
        case notStarted(Int32)
        /// The child could not be prepared, its filters included: the kernel's error number.
        case setUp(Int32)
        /// The tool's process does not stand behind the filters it must have; it was killed before exec.
        case posture(ToolPosture)
        /// The kernel has taken Landlock's rules and they are not in force; the tool was killed before exec.
        case notConfined
    }

    let pid: Int32
    let posture: ToolPosture
    /// -1 once closed; not open at all if the tool's input is empty.
    var stdin: Int32
    var stdout: Int32
    var stderr: Int32
    /// By which the kernel asks what to answer to calls that the filter does not decide; -1 once closed.
    var listener: Int32

    /// Starts the tool; it runs when this returns.
    init(_ spec: CellSpec, folder: String) throws(Failure) {
        let path = try Self.find(spec.command[0], environment: spec.environment, folder: folder)
        let rules = try Landlock.rules(work: folder)
        let ruleset = try rules.map { rules throws(Failure) in try Landlock.ruleset(rules) } ?? -1
        defer { if ruleset >= 0 { close(ruleset) } }
        var input: [Int32] = [-1, -1]
        if spec.hasStandardInput {
            input = try Self.pipe(ours: 1)
        } else {
            input[0] = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
        }
        let (output, errors) = (try Self.pipe(ours: 0), try Self.pipe(ours: 0))
        let (gate, status) = (try Self.pipe(ours: 1), try Self.pipe(ours: 0))

        let pid = unsafe Self.withArguments(spec) { argv, envp in
            unsafe path.withCString { path in
                unsafe folder.withCString { folder in
                    unsafe spec.filter.withUnsafeBytes { filter in
                        var spawn = unsafe caisson_spawn(
                            path: path, argv: argv, envp: envp, folder: folder, stdin_fd: input[0],
                            stdout_fd: output[1],
                            stderr_fd: errors[1], gate_fd: gate[0], status_fd: status[1], filter: filter.baseAddress,
                            filter_length: UInt16(filter.count / 8), landlock_fd: ruleset,
                            landlock_flags: rules?.flags ?? 0)
                        return unsafe caisson_cell_spawn(&spawn)
                    }
                }
            }
        }
        let forkError = errno
        for fd in [input[0], output[1], errors[1], gate[0], status[1]] where fd >= 0 { close(fd) }
        defer {
            close(gate[1])
            close(status[0])
        }
        guard pid > 0 else { throw .notStarted(forkError) }
        var isTool = false
        // It has both ends of the gate, so nothing else would ever end its wait there.
        defer { if !isTool { kill(pid, SIGKILL) } }

        // The child says that its walls stand, or why it does not; then it waits for the byte at the gate.
        let ready = try Self.answer(status[0])
        guard ready.count == 6, ready[0] == UInt8(ascii: "r") else { throw .setUp(EPROTO) }
        let listener = caisson_cell_take_listener(pid, Int32(ready.littleEndian(at: 1, as: UInt32.self)))
        guard listener >= 0 else { throw .setUp(errno) }
        defer { if !isTool { close(listener) } }
        var posture = Attester.posture(of: pid)
        // The kernel tells nobody who is confined: what the child has tried out is what is known.
        posture.landlockABI = ready[5] == 1 ? rules?.abi ?? 0 : 0
        guard posture.seccompMode == 2, posture.seccompFilters >= 2, posture.noNewPrivileges, posture.capabilities == 0
        else { throw .posture(posture) }
        guard posture.landlockABI == rules?.abi ?? 0 else { throw .notConfined }
        _ = Kernel.write(gate[1], [0])
        // The end of file means that exec has happened: it closed the status pipe.
        do throws(Failure) {
            _ = try Self.answer(status[0])
        } catch {
            guard case .setUp(let number) = error else { throw error }
            throw .notStarted(number)
        }
        isTool = true
        (self.pid, self.posture, self.listener) = (pid, posture, listener)
        (stdin, stdout, stderr) = (input[1], output[0], errors[0])
    }

    /// What the child says next: a byte, or nothing at the end of its pipe.
    ///
    /// It has little to do, so that silence for half a minute means that something is wrong.
    /// - Throws: ``Failure/setUp(_:)`` with the error number that it tells.
    private static func answer(_ fd: Int32) throws(Failure) -> [UInt8] {
        var descriptors = [pollfd(fd: fd, events: Int16(POLLIN), revents: 0)]
        Kernel.poll(&descriptors, timeout: 30_000)
        switch Kernel.read(fd, count: 8) {
        case .wouldBlock: throw .setUp(ETIMEDOUT)
        case .end: return []
        case .bytes(let bytes) where bytes.count == 4: throw .setUp(Int32(bytes.littleEndian(at: 0, as: UInt32.self)))
        case .bytes(let bytes): return bytes
        }
    }

    private static func pipe(ours: Int32) throws(Failure) -> [Int32] {
        var fds: [Int32] = [-1, -1]
        let result = unsafe fds.withUnsafeMutableBufferPointer { unsafe caisson_cell_pipe($0.baseAddress, ours) }
        guard result == 0 else { throw .notStarted(errno) }
        return fds
    }

    /// The program that a shell would find: a word with a slash as it is, else the first executable of that name in `PATH`.
    private static func find(_ program: String, environment: [String], folder: String) throws(Failure) -> String {
        if program.contains("/") { return program }
        let path = environment.first { $0.hasPrefix("PATH=") }?.dropFirst(5) ?? "/usr/local/bin:/usr/bin:/bin"
        var error = ENOENT
        for entry in path.split(separator: ":") {
            let candidate = "\(entry.hasPrefix("/") ? "" : "\(folder)/")\(entry)/\(program)"
            if unsafe access(candidate, X_OK) == 0 { return candidate }
            if errno == EACCES { error = EACCES }
        }
        throw .notStarted(error)
    }

    /// Runs `body` with the command and the environment as C has them.
    private static func withArguments<Result>(
        _ spec: CellSpec,
        _ body: (
            UnsafePointer<UnsafeMutablePointer<CChar>?>?, UnsafePointer<UnsafeMutablePointer<CChar>?>?
        ) -> Result
    ) -> Result {
        let argv = unsafe spec.command.map { unsafe strdup($0) } + [nil]
        let envp = unsafe spec.environment.map { unsafe strdup($0) } + [nil]
        defer { unsafe (argv + envp).forEach { unsafe free($0) } }
        return unsafe argv.withUnsafeBufferPointer { argv in
            unsafe envp.withUnsafeBufferPointer { envp in unsafe body(argv.baseAddress, envp.baseAddress) }
        }
    }
}
