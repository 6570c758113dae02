import BlobFiles
import DockerEngine
package import Doctor
import Foundation
import Hardening
import Model
import Ports
import SQLiteStore

/// Looks at everything that ``Diagnosis`` wants to know: it changes nothing, takes no lock, and no missing thing stops it.
package struct FactCollector: Sendable {
    private let configuration: InstanceConfiguration
    private let wallClock = SystemWallClock()

    package init(_ configuration: InstanceConfiguration) { self.configuration = configuration }

    package func collect() async -> DoctorFacts {
        let clock = ContinuousClock()
        let (calendar, start) = (wallClock.now(), clock.now)
        var folder = FolderLook(configuration.home)
        let (engine, store) = (await engine(), await store(folder))
        // After the database, so that none is missing that a run has just named.
        folder.facts.blobFiles = BlobFolder.digests(in: configuration.home, atMost: StoreSurvey.mostBlobFiles)
        let machine = MachineLook.facts(
            calendar: calendar,
            calendarAdvance: .milliseconds(wallClock.now().milliseconds - calendar.milliseconds),
            monotonicAdvance: start.duration(to: clock.now))
        return DoctorFacts(
            engine: engine, cell: cell(), folder: folder.facts, store: store, lock: folder.lock, machine: machine,
            largest: Self.largest, sqlite: SQLiteJobReader.libraryVersion)
    }

    /// The built-in profile that gives its jobs the most memory.
    private static var largest: (profile: String, memory: ByteCount) {
        let set = ProfileSet.builtIn
        let all = set.classes.compactMap { name -> (profile: String, memory: ByteCount)? in
            guard let profile = try? set.profile(named: name)  // ignored: the built-in ones are read by tests
            else { return nil }
            return (name, profile.limits.memory)
        }
        return all.max { $0.memory < $1.memory } ?? (ProfileSet.fallback, ByteCount(bytes: 0))
    }

    // MARK: The engine

    private func engine() async -> EngineFacts {
        let survey = await survey()
        let answeredAt = wallClock.now()
        var space: Space?
        // A socket may be the end of a tunnel: the engine's folder is on this machine only if the engine is.
        if case .success(let survey) = survey, survey.info.hostName == MachineLook.hostName,
            let folder = survey.info.rootFolder
        {
            space = Look.space(at: folder)
        }
        return EngineFacts(
            address: "\(configuration.engine)", socket: configuration.engine.socketPath.map(Look.socket),
            isEncrypted: configuration.engine.certificates != nil, survey: survey, space: space, answeredAt: answeredAt)
    }

    private func survey() async -> Result<EngineSurvey, Trouble> {
        do throws(EngineError) {
            let client = try EngineClient(address: configuration.engine)
            let result: Result<EngineSurvey, Trouble>
            do throws(EngineError) {
                result = .success(try await client.survey(images: DoctorFacts.imageNames))
            } catch {
                result = .failure(Trouble(error))
            }
            await client.shutdown()
            return result
        } catch {
            return .failure(Trouble(error))
        }
    }

    // MARK: Files

    private func cell() -> CellFacts {
        let path = configuration.cellPath
        guard let file = FileHandle(forReadingAtPath: path) else {
            return CellFacts(path: path, program: nil, isPresent: false, othersMayWrite: nil)
        }
        let head = try? file.read(upToCount: ProgramHeader.neededBytes)  // ignored: then it is no program
        return CellFacts(
            path: path, program: ProgramHeader(Array(head ?? Data())), isPresent: true,
            othersMayWrite: UserLook.othersMayWrite(path))
    }

    private func store(_ folder: FolderLook) async -> StoreFacts {
        let reader = SQLiteJobReader(
            folder: configuration.home, blobs: BlobFolder(in: configuration.home, ids: RandomIDs()))
        do throws(StoreError) {
            guard let survey = try await reader.survey() else { return .missing(isOrphaned: folder.holdsContent) }
            return .present(survey, isOrphaned: folder.holdsContent)
        } catch {
            return .unreadable(Trouble(error))
        }
    }
}
