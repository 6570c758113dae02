import CellWire
import Logging
import Model
import Ports

/// The steps of an attempt, from the lease to the cell's record.
extension JobSupervisor {
    /// Leases the job, makes its sandbox and has it work, as far as that goes; what came of it is in `run`.
    func begin(
        _ run: inout AttemptRun, _ job: JobRecord, _ profile: PreparedProfile, _ live: (any InputSource)?,
        _ control: JobControl
    ) async throws(StoreError) {
        let intent = AttemptIntent(
            attempt: run.attempt, containerName: SandboxName.container(installation, run.attempt),
            profileDigest: profile.digest, frameKey: ids.makeKey(), at: wallClock.now())
        try await store.lease(intent)
        run.stopwatch.lap("lease")
        do throws(EngineError) {
            try await carryOut(&run, job, intent, profile, live, control)
        } catch {
            note(error, in: &run)
        }
    }

    private func carryOut(
        _ run: inout AttemptRun, _ job: JobRecord, _ intent: AttemptIntent, _ profile: PreparedProfile,
        _ live: (any InputSource)?, _ control: JobControl
    ) async throws(EngineError) {
        let attempt = run.attempt
        guard control.ask == nil else { return }
        let sandbox = try await engine.create(
            SandboxRequest(
                attempt: attempt, containerName: intent.containerName, spec: job.spec, specDigest: job.specDigest,
                profile: profile.profile, profileDigest: profile.digest, frameKey: intent.frameKey))
        run.sandbox = sandbox
        run.stopwatch.lap("create")
        try await stored { () throws(StoreError) in
            try await store.markVerified(
                attempt, containerID: sandbox.containerID, posture: sandbox.posture, at: wallClock.now())
        }
        try await openStreams(of: &run)
        guard control.ask == nil else { return }
        run.stopwatch.lap("verify")
        // An engine may take its time for this, and nobody has to wait for it: what it leaves is removed in any case.
        let spools = run.streams
        let attestation = try await control.unlessAsked { () async throws(EngineError) in
            try await sandbox.start(spools: spools)
        }
        run.stopwatch.lap("start")
        guard let attestation, control.ask == nil else { return }
        try await stored { () throws(StoreError) in
            try await store.markWorking(attempt, attestation: attestation, at: wallClock.now())
        }
        run.stopwatch.lap("attest")
        control.working(in: sandbox)
        run.result = try await sandbox.work(order(job.spec, filter: profile.filter, live: live))
        run.stopwatch.lap("work")
    }

    /// Adopts the attempt's sandbox and has it work on; what came of it is in `run`.
    func goOn(
        _ run: inout AttemptRun, _ job: JobRecord, _ attempt: AttemptRecord, _ profile: PreparedProfile?,
        _ control: JobControl
    ) async throws(StoreError) {
        let number = try await store.markAdopted(attempt.id, at: wallClock.now())
        let sandbox = engine.adopt(
            Adoption(
                containerID: attempt.containerID ?? "", limits: job.spec.limits, frameKey: attempt.frameKey,
                number: number, posture: attempt.posture ?? .null))
        run.sandbox = sandbox
        do throws(EngineError) {
            try await openStreams(of: &run)
            control.working(in: sandbox)
            // An order is only worth anything if it is, to the byte, the one that was begun.
            let filter = profile?.digest == attempt.profileDigest ? profile?.filter : nil
            let order = filter.map { self.order(job.spec, filter: $0, live: nil) }
            run.result = try await sandbox.resume(order, spools: run.streams)
            run.stopwatch.lap("resume")
        } catch {
            note(error, in: &run)
        }
    }

    private func note(_ error: EngineError, in run: inout AttemptRun) {
        run.error = error
        logger.debug(
            "attempt ended early",
            metadata: ["attempt": "\(run.attempt)", "error.code": "\(error.code.rawValue)"])
    }

    private func openStreams(of run: inout AttemptRun) async throws(EngineError) {
        for (channel, stream) in Self.streams {
            let attempt = run.attempt
            do throws(StoreError) {
                run.streams[channel] = try await spools.open(attempt, stream)
            } catch {
                throw .store(error)
            }
        }
    }

    private static let streams: [(UpChannel, SpoolStream)] = [
        (.report, .report), (.stdout, .stdout), (.stderr, .stderr), (.files, .artifacts),
    ]

    private func order(_ spec: JobSpec, filter: [UInt8], live: (any InputSource)?) -> WorkOrder {
        let files = spec.files.map { file in
            WorkOrder.Input(
                file: file,
                source: StoredInput(BlobReference(digest: file.digest, size: file.size), reader: store))
        }
        let stdin: (any InputSource)? =
            switch spec.stdin {
            case .none: nil
            case .live: live
            case .stored(let digest, let size):
                StoredInput(BlobReference(digest: digest, size: size), reader: store)
            }
        return WorkOrder(spec: cellSpec(spec, filter: filter), files: files, stdin: stdin)
    }

    private func cellSpec(_ spec: JobSpec, filter: [UInt8]) -> CellSpec {
        var environment = [
            "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": JobSpec.workFolder, "TMPDIR": "/tmp", "LANG": "C.UTF-8",
        ]
        environment.merge(spec.environment) { _, asked in asked }
        return CellSpec(
            command: spec.command, environment: environment.map { "\($0)=\($1)" }.sorted(),
            hasStandardInput: spec.stdin != .none, outputCap: Int(spec.limits.output.bytes),
            resultCap: Int(spec.limits.result.bytes), artifactsCap: Int(spec.limits.artifacts.bytes),
            runMilliseconds: Int(spec.limits.run.wholeMilliseconds),
            graceMilliseconds: Int(spec.limits.grace.wholeMilliseconds), resultPath: JobSpec.resultFile,
            artifactPaths: spec.artifacts, filter: filter,
            killsOnOutputCap: spec.outputPolicy == .kill, collectsChanges: spec.collectsChanges)
    }

    private func stored(_ body: () async throws(StoreError) -> Void) async throws(EngineError) {
        do throws(StoreError) { try await body() } catch { throw .store(error) }
    }
}
