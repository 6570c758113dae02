import BlobFiles
import DockerEngine
package import Doctor
import Foundation
import Glibc
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
        let folder = FolderLook(configuration.home)
        let (engine, store) = (await engine(), await store(folder))
        var machine = MachineFacts(
            kernelRelease: Self.text(at: "/proc/sys/kernel/osrelease") ?? "unknown", architecture: Self.architecture,
            seccompActions: Self.words(at: "/proc/sys/kernel/seccomp/actions_avail", between: " ") ?? [],
            securityModules: Self.words(at: "/sys/kernel/security/lsm", between: ","), calendar: calendar,
            calendarAdvance: .milliseconds(wallClock.now().milliseconds - calendar.milliseconds),
            monotonicAdvance: start.duration(to: clock.now))
        machine.ptraceScope = Self.text(at: "/proc/sys/kernel/yama/ptrace_scope").flatMap { Int($0) }
        return DoctorFacts(
            engine: engine, cell: cell(), folder: folder.facts, store: store, lock: folder.lock, machine: machine)
    }

    // MARK: The engine

    private func engine() async -> EngineFacts {
        let survey = await survey()
        let answeredAt = wallClock.now()
        var space: Space?
        // A socket may be the end of a tunnel: the engine's folder is on this machine only if the engine is.
        if case .success(let survey) = survey, survey.info.hostName == Self.text(at: "/proc/sys/kernel/hostname"),
            let folder = survey.info.rootFolder
        {
            space = Look.space(at: folder)
        }
        return EngineFacts(
            address: "\(configuration.engine)", socket: configuration.engine.socketPath.map(Look.socket),
            survey: survey, space: space, answeredAt: answeredAt)
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
            return CellFacts(path: path, program: nil, isPresent: false)
        }
        let head = try? file.read(upToCount: ProgramHeader.neededBytes)  // ignored: then it is no program
        return CellFacts(path: path, program: ProgramHeader(Array(head ?? Data())), isPresent: true)
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

    // MARK: The machine

    private static var architecture: String {
        #if arch(x86_64)
            "x86_64"
        #elseif arch(arm64)
            "aarch64"
        #else
            "unknown"
        #endif
    }

    /// The one line of a small file of the kernel's.
    static func text(at path: String) -> String? {
        guard let content = FileManager.default.contents(atPath: path) else { return nil }
        return String(decoding: content, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func words(at path: String, between separator: Character) -> Set<String>? {
        text(at: path).map { Set($0.split(separator: separator).map(String.init)) }
    }
}
