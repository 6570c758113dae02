package import CellWire
package import Hardening
package import Model

/// Makes sandboxes: the seam between what runs jobs and what an engine is.
///
/// A sandbox is used in this order: ``create(_:)``, ``Sandbox/start(spools:)``, ``Sandbox/work(_:)``, ``Sandbox/remove()``; the caller
/// commits what it has learnt between the steps.
package protocol SandboxEngine: Sendable {
    /// The image that `name` means at this moment, checked for what an image may not bring along.
    ///
    /// - Throws: ``EngineError/clockRanOut(_:limit:)`` if that takes longer than `limit`.
    func pin(image name: String, within limit: Duration) async throws(EngineError) -> PinnedImage

    /// Makes a container and compares it with its plan; one that differs is removed again, and never started.
    func create(_ request: SandboxRequest) async throws(EngineError) -> any Sandbox

    /// Takes over the sandbox of a working attempt from a process that is gone; asks the engine for nothing yet.
    func adopt(_ adoption: Adoption) -> any Sandbox

    /// The containers that carry this installation's labels, whatever their state.
    func sightings() async throws(EngineError) -> [SandboxSighting]

    /// Removes a container of ours, running or not; no error if it is gone already.
    func remove(_ sighting: SandboxSighting) async throws(EngineError)

    /// Removes what this installation keeps in the engine for the use of all sandboxes and no longer needs, such as the
    /// volume of an earlier release's cell, or of one that was never verified.
    func removeStale() async throws(EngineError)
}

/// An image as it was when a job was accepted.
package struct PinnedImage: Sendable, Hashable {
    /// `sha256:` and 64 hex digits.
    package let id: String
    package let name: String
    package init(id: String, name: String) { (self.id, self.name) = (id, name) }
}

/// What a sandbox is wanted for.
package struct SandboxRequest: Sendable {
    package let attempt: AttemptID
    package let containerName: String
    package let spec: JobSpec
    package let specDigest: String
    package let profile: Profile
    package let profileDigest: String
    /// What every frame of this sandbox carries.
    package let frameKey: UInt64

    package init(
        attempt: AttemptID, containerName: String, spec: JobSpec, specDigest: String, profile: Profile,
        profileDigest: String, frameKey: UInt64
    ) {
        (self.attempt, self.containerName, self.spec, self.specDigest) = (attempt, containerName, spec, specDigest)
        (self.profile, self.profileDigest, self.frameKey) = (profile, profileDigest, frameKey)
    }
}

/// The sandbox of an attempt that another process began.
package struct Adoption: Sendable {
    package let containerID: String
    package let limits: Limits
    /// What every frame of this sandbox carries.
    package let frameKey: UInt64
    /// How many processes have taken it over, this one included.
    package let number: Int
    /// What had been read back of the container.
    package let posture: JSONValue

    package init(containerID: String, limits: Limits, frameKey: UInt64, number: Int, posture: JSONValue) {
        (self.containerID, self.limits, self.frameKey) = (containerID, limits, frameKey)
        (self.number, self.posture) = (number, posture)
    }
}

/// One container of ours that an engine knows of.
package struct SandboxSighting: Sendable, Hashable {
    package let containerID: String
    package let name: String
    /// `nil` for one that was made to bring the cell into its volume.
    package let attempt: AttemptID?
    /// Whether something may be running in it.
    package var isRunning: Bool
    package init(containerID: String, name: String, attempt: AttemptID?, isRunning: Bool = true) {
        (self.containerID, self.name, self.attempt, self.isRunning) = (containerID, name, attempt, isRunning)
    }
}

/// One container, made for one attempt.
///
/// One that was created goes through ``start(spools:)`` and ``work(_:)``, one that was adopted through ``resume(_:spools:)``.
package protocol Sandbox: Sendable {
    var containerID: String { get }
    /// The effective configuration that was read back.
    var posture: JSONValue { get }

    /// Attaches, starts the container and checks what the cell attests; nothing has run when this returns.
    ///
    /// - Parameter spools: where everything goes that comes back, one for each channel, from now on.
    func start(spools: [UpChannel: any Spool]) async throws(EngineError) -> Attestation

    /// Gives the cell its work and takes everything that comes back into the spools, until the cell's record is there.
    func work(_ order: WorkOrder) async throws(EngineError) -> WorkResult

    /// Goes on with the work of an adopted sandbox: what is in the spools is not asked for again, what the cell has had of the
    /// order is not sent again.
    ///
    /// - Parameter order: `nil` if it cannot be made anew as it was.
    func resume(_ order: WorkOrder?, spools: [UpChannel: any Spool]) async throws(EngineError) -> WorkResult

    /// Whether the tool may have been started, as far as this end can know.
    var toolMayHaveRun: Bool { get async }

    /// Asks the cell to end the tool: TERM, `grace`, KILL. Returns at once; ``work(_:)`` ends as usual.
    func cancel(grace: Duration)

    /// Lets go of the container and leaves it as it is, for another process to adopt.
    func detach() async

    /// Lets the cell end, so that the container can stay without anything running in it.
    ///
    /// - Returns: whether it is there and nothing runs in it; if not, it is to be removed.
    func stop() async throws(EngineError) -> Bool

    /// Removes the container, running or not; no error if it is gone already.
    func remove() async throws(EngineError)
}

extension Sandbox {
    /// One that cannot be stopped does not stay.
    package func stop() async throws(EngineError) -> Bool { false }
}

/// What a sandbox gets to do.
package struct WorkOrder: Sendable {
    package let spec: CellSpec
    package let files: [Input]
    /// `nil` if the tool's input is empty.
    package let stdin: (any InputSource)?

    package init(spec: CellSpec, files: [Input], stdin: (any InputSource)?) {
        (self.spec, self.files, self.stdin) = (spec, files, stdin)
    }

    /// One input file with its content.
    package struct Input: Sendable {
        package let file: JobSpec.InputFile
        package let source: any InputSource
        package init(file: JobSpec.InputFile, source: any InputSource) { (self.file, self.source) = (file, source) }
    }
}

/// Bytes that are read piece by piece, by one reader.
package protocol InputSource: Sendable {
    /// The next piece, never empty; `nil` at the end.
    func next() async throws(StoreError) -> [UInt8]?
}

/// What a sandbox has to say when its work is over.
package struct WorkResult: Sendable, Hashable {
    package var record: CellRecord
    /// What the cell saw of the tool before it let it go; `nil` if it was never started.
    package let toolPosture: ToolPosture?
    /// The collected files, as ranges of the files spool, and those that were not collected.
    package let files: [CollectedFile]
    /// What is not as it was put there, if the job asked for it.
    package let changes: [CollectedChange]

    package init(
        record: CellRecord, toolPosture: ToolPosture?, files: [CollectedFile], changes: [CollectedChange] = []
    ) {
        (self.record, self.toolPosture, self.files, self.changes) = (record, toolPosture, files, changes)
    }
}

/// One file that a job asked to have collected.
package struct CollectedFile: Sendable, Hashable {
    package let path: String
    /// The file's bytes in the spool of the files channel, or why it is not there.
    package let content: Content

    package typealias Content = Result<Range<Int64>, Problem>

    package struct Problem: Error, Sendable, Hashable {
        /// A stable word, such as `missing`.
        package let word: String
        package init(word: String) { self.word = word }
    }

    package init(path: String, content: Content) { (self.path, self.content) = (path, content) }
}

/// One file beneath `/work` that is not as it was put there.
package struct CollectedChange: Sendable, Hashable {
    package let path: String
    package let change: FileMessage.Change
    /// `nil` of a file that is gone.
    package let content: CollectedFile.Content?

    package init(path: String, change: FileMessage.Change, content: CollectedFile.Content?) {
        (self.path, self.change, self.content) = (path, change, content)
    }
}
