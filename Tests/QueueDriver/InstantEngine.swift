import CellWire
import Model
import Ports

/// An engine whose sandboxes take no time, and that remembers nothing: so that what is left is ours.
struct InstantEngine: SandboxEngine {
    func pin(image name: String, within limit: Duration) async throws(EngineError) -> PinnedImage {
        PinnedImage(id: "sha256:1", name: name)
    }
    func create(_ request: SandboxRequest) async throws(EngineError) -> any Sandbox {
        InstantSandbox(containerID: "id of \(request.containerName)")
    }
    func adopt(_ adoption: Adoption) -> any Sandbox { InstantSandbox(containerID: adoption.containerID) }
    func sightings() async throws(EngineError) -> [SandboxSighting] { [] }
    func remove(_ sighting: SandboxSighting) async throws(EngineError) {}
    func removeStale() async throws(EngineError) {}
}

private struct InstantSandbox: Sandbox {
    let containerID: String
    var posture: JSONValue { ["instant": true] }
    var toolMayHaveRun: Bool { get async { true } }

    func start(spools: [UpChannel: any Spool]) async throws(EngineError) -> Attestation { Attestation() }
    func work(_ order: WorkOrder) async throws(EngineError) -> WorkResult { done }
    func resume(_ order: WorkOrder?, spools: [UpChannel: any Spool]) async throws(EngineError) -> WorkResult { done }
    func cancel(grace: Duration) {}
    func detach() async {}
    func remove() async throws(EngineError) {}

    private var done: WorkResult {
        var record = CellRecord()
        record.exitCode = 0
        return WorkResult(
            record: record, toolPosture: ToolPosture(),
            files: [CollectedFile(path: JobSpec.resultFile, content: .failure(.init(word: "missing")))])
    }
}

/// Spools that nothing is written to.
struct NoSpools: Spools {
    private struct Empty: Spool {
        var length: Int64 { get async { 0 } }
        func append(_ bytes: [UInt8]) async throws(StoreError) {}
        func read(from offset: Int64, count: Int) async throws(StoreError) -> [UInt8] { [] }
        func close() async {}
    }
    func open(_ attempt: AttemptID, _ stream: SpoolStream) async throws(StoreError) -> any Spool { Empty() }
    func remove(_ attempt: AttemptID) async throws(StoreError) {}
}

/// Knows the empty blob alone.
struct NoBlobs: BlobStore {
    private static let empty = Blob(
        reference: BlobReference(
            digest: "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            size: ByteCount(bytes: 0)),
        inlineBytes: [])

    func makeBlob(from spool: any Spool, range: Range<Int64>) async throws(StoreError) -> Blob { Self.empty }
    func makeBlob(from source: any InputSource, limit: ByteCount) async throws(StoreError) -> Blob { Self.empty }
    func read(_ reference: BlobReference, range: Range<Int64>) async throws(StoreError) -> [UInt8] { [] }
    func contents(of reference: BlobReference) throws(StoreError) -> [UInt8] { [] }
}
