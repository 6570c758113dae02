// swift-tools-version: 6.2
import PackageDescription

/// The upcoming features every Swift target of ours is built with; `Model` checks that the compiler knows each of them.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]
/// For the targets that handle C memory: every unsafe expression is marked where it stands.
let strictSettings = settings + [.strictMemorySafety()]

let package = Package(
    name: "caisson",
    products: [
        .executable(name: "caisson", targets: ["caisson"]),
        .executable(name: "caisson-cell", targets: ["caisson-cell"]),
        .executable(name: "caisson-probe", targets: ["caisson-probe"]),
    ],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Layer 0: C, and the system's libraries.
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CSeccomp", pkgConfig: "libseccomp", providers: [.apt(["libseccomp-dev"])]),
        .systemLibrary(name: "CMalloc"),
        .target(name: "CCell"),
        .target(name: "CSpawn"),

        // Layer 1: values that everything speaks of.
        .target(name: "Model", swiftSettings: settings),
        .target(name: "CellWire", swiftSettings: settings),
        .target(name: "Waiting", swiftSettings: settings),

        // Layer 2: rules without I/O, the cell, and the HTTP client.
        .target(name: "Cell", dependencies: ["CellWire", "CCell"], swiftSettings: strictSettings),
        .target(
            name: "Profiles", path: "Profiles",
            resources: [
                .embedInCode("strict.json"), .embedInCode("strict.outer.json"), .embedInCode("strict.inner.json"),
                .embedInCode("shell.json"), .embedInCode("shell.outer.json"), .embedInCode("shell.inner.json"),
                .embedInCode("python.json"), .embedInCode("python.outer.json"), .embedInCode("python.inner.json"),
                .embedInCode("node.json"), .embedInCode("node.outer.json"), .embedInCode("node.inner.json"),
                .embedInCode("build.json"), .embedInCode("build.outer.json"), .embedInCode("build.inner.json"),
                .embedInCode("services.outer.json"), .embedInCode("services.inner.json"),
            ],
            swiftSettings: settings),
        .target(name: "Hardening", dependencies: ["Model", "Profiles"], swiftSettings: settings),
        .target(
            name: "Documents", dependencies: ["Model", .product(name: "Yams", package: "Yams")],
            swiftSettings: strictSettings),
        .target(name: "CurlHTTP", dependencies: ["Model", "CCurl"], swiftSettings: strictSettings),
        .target(name: "Planner", dependencies: ["Model"], swiftSettings: settings),
        .target(name: "Conditions", dependencies: ["Model"], swiftSettings: settings),
        .target(name: "ControlWire", dependencies: ["Model", "CellWire"], swiftSettings: settings),

        // Layer 3: the seams.
        .target(
            name: "Ports", dependencies: ["Model", "CellWire", "Waiting", "Hardening", "Planner", "ControlWire"],
            swiftSettings: settings),

        // Layer 4: what stands behind the seams.
        .target(name: "Filters", dependencies: ["Hardening", "CSeccomp"], swiftSettings: strictSettings),
        .target(
            name: "SQLiteStore",
            dependencies: [
                "Model", "CellWire", "Waiting", "Ports", "Planner",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: settings),
        .target(
            name: "BlobFiles",
            dependencies: ["Model", "Waiting", "Ports", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: settings),
        .target(
            name: "DockerEngine",
            dependencies: [
                "Model", "CellWire", "Waiting", "Hardening", "Ports", "CurlHTTP",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: settings),

        // Layers 5 and 6: jobs run, and people ask for it.
        .target(
            name: "Scheduler",
            dependencies: [
                "Model", "CellWire", "Waiting", "Hardening", "Ports", "Planner", "Conditions",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings),
        .target(name: "Doctor", dependencies: ["Model", "Ports"], swiftSettings: settings),
        .target(
            name: "ControlAPI",
            dependencies: [
                "Model", "Waiting", "ControlWire", "Ports", "Planner",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"), .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings),
        .target(
            name: "ControlClient", dependencies: ["Model", "ControlWire", "CurlHTTP", "Ports", "Planner"],
            swiftSettings: settings),
        .target(name: "SelfTest", dependencies: ["Model", "Hardening", "Filters"], swiftSettings: settings),
        .target(
            name: "Daemon",
            dependencies: [
                "CMalloc", "CSpawn", "Model", "CellWire", "Waiting", "Documents", "Conditions", "Ports", "Planner",
                "Hardening",
                "Filters", "DockerEngine", "SQLiteStore", "BlobFiles", "Scheduler", "Doctor", "SelfTest", "ControlWire",
                "ControlAPI",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings),
        .target(
            name: "Commands",
            dependencies: [
                "Model", "CellWire", "Hardening", "Documents", "ControlWire", "Ports", "SQLiteStore", "Scheduler",
                "Doctor", "ControlClient", "SelfTest", "Daemon", "Conditions", "Planner",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings),

        // Layer 7: the programs.
        .executableTarget(name: "caisson", dependencies: ["Commands"], swiftSettings: settings),
        .executableTarget(
            name: "caisson-cell", dependencies: ["Cell"], swiftSettings: settings,
            linkerSettings: [.unsafeFlags(["-static-executable"])]),
        // C alone: without Swift's own start files nothing of its runtime is linked in.
        .executableTarget(
            name: "caisson-probe", linkerSettings: [.unsafeFlags(["-static-executable", "-nostartfiles"])]),

        // Tests: a target for each of ours, and one that drives the whole against a real engine.
        .target(
            name: "TestSupport",
            dependencies: [
                "Model", "CellWire", "Waiting", "Ports", "Planner", "SQLiteStore",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            path: "Tests/TestSupport", swiftSettings: settings),
        .testTarget(name: "ModelTests", dependencies: ["Model", "TestSupport"], swiftSettings: settings),
        .testTarget(name: "CellWireTests", dependencies: ["CellWire", "TestSupport"], swiftSettings: settings),
        .testTarget(name: "PlannerTests", dependencies: ["Planner", "Model", "TestSupport"], swiftSettings: settings),
        .target(
            name: "Simulation",
            dependencies: [
                "CellWire", "Conditions", "Hardening", "Model", "Planner", "Ports", "SQLiteStore", "Scheduler",
                "TestSupport",
                "Waiting", .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/Simulation", swiftSettings: settings),
        .executableTarget(
            name: "simulation-driver", dependencies: ["Simulation"], path: "Tests/SimulationDriver",
            swiftSettings: settings),
        .executableTarget(
            name: "queue-driver",
            dependencies: [
                "CellWire", "Hardening", "Model", "Planner", "Ports", "SQLiteStore", "Scheduler", "TestSupport",
                "Waiting", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/QueueDriver", swiftSettings: settings),
        .testTarget(
            name: "SimulationTests", dependencies: ["Model", "Planner", "Ports", "Simulation"], swiftSettings: settings),
        .testTarget(name: "WaitingTests", dependencies: ["Waiting"], swiftSettings: settings),
        .testTarget(name: "CellTests", dependencies: ["Cell", "CellWire", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "HardeningTests", dependencies: ["Hardening", "Model", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "DocumentsTests", dependencies: ["Documents", "Model", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "ConditionsTests", dependencies: ["Conditions", "Model", "TestSupport"], exclude: ["reference.py"],
            swiftSettings: settings),
        .testTarget(name: "FiltersTests", dependencies: ["Filters", "Hardening", "CSeccomp"], swiftSettings: settings),
        .testTarget(
            name: "CurlHTTPTests", dependencies: ["CurlHTTP", "Model", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "SQLiteStoreTests",
            dependencies: [
                "SQLiteStore", "CellWire", "Waiting", "Model", "Planner", "Ports", "TestSupport",
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "BlobFilesTests", dependencies: ["BlobFiles", "Model", "Ports", "TestSupport"],
            swiftSettings: settings),
        .testTarget(
            name: "DockerEngineTests",
            dependencies: [
                "DockerEngine", "CellWire", "CurlHTTP", "Hardening", "Model", "Ports", "Profiles", "TestSupport",
            ],
            swiftSettings: settings),
        .testTarget(
            name: "SchedulerTests",
            dependencies: [
                "Scheduler", "CellWire", "Waiting", "Hardening", "Model", "Planner", "Ports", "SQLiteStore",
                "TestSupport",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "DoctorTests", dependencies: ["Doctor", "Model", "Ports"], swiftSettings: settings),
        .testTarget(
            name: "SelfTestTests", dependencies: ["SelfTest", "Hardening"], swiftSettings: settings),
        .testTarget(
            name: "ControlWireTests", dependencies: ["ControlWire", "CellWire", "Model", "Ports"],
            swiftSettings: settings),
        .testTarget(
            name: "ControlAPITests",
            dependencies: [
                "ControlAPI", "CellWire", "ControlClient", "ControlWire", "BlobFiles", "Model", "Ports", "TestSupport",
                "Waiting", "Scheduler", "SQLiteStore", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "DaemonTests",
            dependencies: [
                "BlobFiles", "CellWire", "ControlWire", "Daemon", "Model", "Planner", "Ports", "Scheduler",
                "SQLiteStore",
                "TestSupport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "ControlClientTests",
            dependencies: ["ControlClient", "ControlWire", "Model", "TestSupport"],
            swiftSettings: settings),
        .testTarget(
            name: "CommandsTests",
            dependencies: [
                "CellWire", "Commands", "ControlAPI", "ControlClient", "ControlWire", "Daemon", "Documents",
                "Hardening",
                "Model", "Planner", "Ports", "Scheduler", "TestSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            exclude: ["Help.txt"],
            swiftSettings: settings),
        .executableTarget(
            name: "crash-driver",
            dependencies: [
                "CellWire", "Daemon", "Hardening", "Model", "Planner", "Ports", "SQLiteStore", "Scheduler",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/CrashDriver", swiftSettings: settings),
        .executableTarget(
            name: "bomb-driver",
            dependencies: [
                "Daemon", "Hardening", "Model", "Ports", "Scheduler", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/BombDriver", swiftSettings: settings),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "Cell", "CellWire", "Daemon", "DockerEngine", "Filters", "Hardening", "Model", "Planner", "Ports",
                "SQLiteStore",
                "Scheduler", "SelfTest", "Waiting",
                "TestSupport", .product(name: "Logging", package: "swift-log"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            exclude: ["OperatorsHour.txt"],
            swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)
