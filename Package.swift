// swift-tools-version: 6.2
import Foundation
import PackageDescription

// MARK: - Settings

/// `LACUNA_STRICT` makes warnings in this package's own Swift targets errors; `Scripts/test` sets it.
let isStrict = Context.environment["LACUNA_STRICT"] != nil

let swift: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ] + (isStrict ? [.treatAllWarnings(as: .error)] : [])

/// Voxel loops are a hundred times slower unoptimised, so targets that hold them are optimised in debug builds too.
let kernels: [SwiftSetting] = swift + [.unsafeFlags(["-O"], .when(configuration: .debug))]

/// `LIBTORCH` names the folder of a pip-installed torch 2.x; without it Debian's libtorch is used.
let libtorch: String? = Context.environment["LIBTORCH"]
let torchHeaders =
    libtorch.map { ["-isystem\($0)/include", "-isystem\($0)/include/torch/csrc/api/include"] }
    ?? ["-isystem/usr/include/torch/csrc/api/include"]

/// Nothing refers to the symbols of libtorch's part for CUDA: it registers itself when it is loaded, so it must be linked all the same.
func cudaLibrary(_ libtorch: String) -> [String] {
    let path = "\(libtorch)/lib/libtorch_cuda.so"
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    return ["-Xlinker", "--no-as-needed", path, "-Xlinker", "--as-needed"]
}

let torchLibraries: [LinkerSetting] =
    libtorch.map {
        [
            .unsafeFlags(
                ["\($0)/lib/libtorch_cpu.so", "\($0)/lib/libc10.so", "-Xlinker", "-rpath", "-Xlinker", "\($0)/lib"]
                    + cudaLibrary($0))
        ]
    } ?? [.linkedLibrary("torch_cpu"), .linkedLibrary("c10")]

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioHTTP: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioSockets: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

let package = Package(
    name: "lacuna",
    products: [
        .executable(name: "lacuna", targets: ["lacuna"]),
        .executable(name: "lacunad", targets: ["lacunad"]),
        .library(name: "lacuna_batches", type: .dynamic, targets: ["BatchLibrary"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // MARK: - C boundary: one library each, no logic, imported by exactly one Swift target

        /// PostgreSQL's client library.
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        /// The NIfTI reference implementation (header, affine and datatype semantics).
        .target(name: "CNIfTI", linkerSettings: [.linkedLibrary("nifti2"), .linkedLibrary("znz")]),
        /// Whole-buffer gzip.
        .systemLibrary(name: "CDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
        /// Mask compression.
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        /// PNG, for reading.
        .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
        /// Cairo's headers. The library is not linked but opened with the first picture.
        .systemLibrary(name: "CCairo", providers: [.apt(["libcairo2-dev"])]),
        /// SHA-256 with the processor's own instructions.
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        /// libtorch behind a C surface of opaque handles; the one place that sees its headers.
        /// `gloo` stands in for the headers of Gloo, which libtorch contains but does not ship.
        .target(
            name: "CTorch", cxxSettings: [.headerSearchPath("gloo"), .unsafeFlags(torchHeaders)],
            linkerSettings: torchLibraries),
        /// What batches are cut out with: loops over raw memory in C, built for several instruction sets, which Swift cannot do; optimised
        /// in debug builds too.
        .target(name: "CBatches", cSettings: [.unsafeFlags(["-O2"])]),
        /// The losses, as `CBatches`.
        .target(name: "CKernels", dependencies: ["CBatches"], cSettings: [.unsafeFlags(["-O2"])]),
        /// What Swift does not see of starting a program: Landlock, its folder and its descriptors.
        .target(name: "CChild", cSettings: [.unsafeFlags(["-O2"])]),

        // MARK: - Core: values and rules, no I/O

        /// Organs, label states, geometry, known-voxel rule, settings.
        .target(name: "Domain", swiftSettings: kernels),
        /// The sections of a configuration: what a run does, how its networks learn, on which grid, how the daemon behaves.
        .target(name: "Plans", dependencies: ["Domain"], swiftSettings: swift),

        // MARK: - Foundation: one outside concern each

        /// The operating system: executor threads, blocking work, files and folders, stop flags, counter-based random numbers.
        .target(name: "System", swiftSettings: kernels),
        /// Files of the training cache, mapped, and their headers.
        .target(name: "CacheFiles", dependencies: ["Domain", "System"], swiftSettings: kernels),
        /// Tables and JSON texts that people and other programs write, with the line of each mistake.
        .target(name: "Documents", swiftSettings: kernels),
        /// Connections, statements, COPY and typed errors over libpq.
        .target(name: "Postgres", dependencies: ["CLibPQ", "System"], swiftSettings: swift),
        /// A private PostgreSQL server on a unix socket: create, start, stop.
        .target(name: "Cluster", dependencies: ["System"], swiftSettings: swift),
        /// SHA-256 of bytes and files.
        .target(name: "Hashing", dependencies: ["CCrypto", "Domain"], swiftSettings: kernels),
        /// NIfTI in and out, orientation, label volumes, mask codec, volume cache, PNG.
        .target(
            name: "Imaging",
            dependencies: ["CNIfTI", "CDeflate", "CZstd", "CPNG", "CacheFiles", "Domain", "Hashing", "System"],
            swiftSettings: kernels),
        /// Series of DICOM slices: headers, digests, volumes made of them by `dcm2niix`.
        .target(name: "DICOM", dependencies: ["Domain", "Hashing", "Imaging", "System"], swiftSettings: swift),
        /// Masks and descriptors: components, consensus, partition by side, overlap, distance, resampling, similarity.
        .target(name: "Numerics", dependencies: ["Domain"], swiftSettings: kernels),
        /// Pictures as PNG and SVG: grey images, masks, text, through Cairo.
        .target(name: "Drawing", dependencies: ["CCairo"], swiftSettings: kernels),
        /// Images and coded labels of a training, and batches that are cut out of them: knows neither libtorch nor files.
        .target(name: "Batches", dependencies: ["CBatches", "Domain", "Plans", "System"], swiftSettings: kernels),
        /// Tensors, layers, optimisers and checkpoints over libtorch.
        .target(name: "Tensors", dependencies: ["CTorch", "System"], swiftSettings: kernels),

        // MARK: - Services: they do not import each other

        /// Migrations: embedded SQL, planner, runner, verifier.
        .target(name: "Schema", dependencies: ["Postgres"], swiftSettings: swift),
        /// The database in terms of Domain.
        .target(name: "Catalog", dependencies: ["Domain", "Postgres"], swiftSettings: swift),
        /// Content-addressed bytes on the local disk.
        .target(name: "Objects", dependencies: ["Domain", "Hashing", "System"], swiftSettings: swift),
        /// Public dataset layouts, through one pipeline.
        .target(
            name: "Importers", dependencies: ["DICOM", "Documents", "Domain", "Imaging", "System", yams],
            swiftSettings: kernels),
        /// Label maps and descriptions for other tools: nnU-Net, MONAI.
        .target(name: "Exporters", dependencies: ["Domain", "Imaging", "System"], swiftSettings: kernels),
        /// Leased work in PostgreSQL: claim, heartbeat, complete, fencing.
        .target(name: "Jobs", dependencies: ["Postgres"], swiftSettings: swift),
        /// Networks, known-voxel losses, confidence, trainer, evaluator.
        .target(
            name: "Learning",
            dependencies: ["Batches", "CKernels", "Domain", "Numerics", "Plans", "System", "Tensors"],
            swiftSettings: kernels
        ),
        /// INERRANT's life cycle over small protocols; knows neither libtorch nor PostgreSQL.
        .target(name: "Rounds", dependencies: ["Domain", "Numerics", "Plans"], swiftSettings: swift),
        /// Synthetic abdominal CT in public layouts.
        .target(name: "Phantoms", dependencies: ["Domain", "Imaging", "System"], swiftSettings: kernels),

        /// Programs of others that train and predict: their jobs, processes, progress and logits.
        .target(name: "Trainers", dependencies: ["CChild", "Domain", "System"], swiftSettings: kernels),

        /// Metrics, health, log lines, notifications of the service manager and hooks of a long-running program.
        .target(
            name: "Monitoring",
            dependencies: ["System", logging, lifecycle, nioCore, nioHTTP, nioSockets, signals], swiftSettings: swift),

        // MARK: - Workflows: use cases; no text output, no exit codes, no argument parser

        /// One folder a use case, composed of services; commands, the daemon and a server call them.
        .target(
            name: "Workflows",
            dependencies: [
                "Catalog", "Cluster", "DICOM", "Documents", "Domain", "Drawing", "Exporters", "Hashing", "Imaging",
                "Importers", "Numerics", "Objects", "Phantoms", "Plans", "Postgres", "Rounds", "Schema", "System", yams,
            ],
            swiftSettings: swift),

        // MARK: - Console: what both programs share

        /// Options, connection, results as table, JSON or CSV, progress, exit statuses.
        .target(
            name: "Console",
            dependencies: [
                "Catalog", "Cluster", "DICOM", "Documents", "Domain", "Exporters", "Imaging", "Importers", "Jobs",
                "Numerics",
                "Objects", "Phantoms", "Postgres", "Schema", "System", "Workflows", argumentParser,
            ],
            swiftSettings: swift),

        // MARK: - Applications

        /// The verbs of `lacuna`.
        .target(
            name: "Commands",
            dependencies: [
                "Catalog", "Cluster", "Console", "Domain", "Importers", "Jobs", "Phantoms", "Schema", "System",
                "Workflows", argumentParser,
            ], swiftSettings: swift),
        /// The services of `lacunad`, with the adapters that join Rounds to Learning, Catalog, Jobs and Objects.
        .target(
            name: "Daemon",
            dependencies: [
                "Batches", "Catalog", "Cluster", "Console", "DICOM", "Domain", "Hashing", "Imaging", "Jobs", "Learning",
                "Monitoring", "Numerics", "Objects", "Phantoms", "Plans", "Postgres", "Rounds", "System", "Tensors",
                "Trainers", "Workflows", argumentParser, logging, lifecycle, signals,
            ], swiftSettings: swift),

        /// C functions over `Batches` for other languages, as `liblacuna_batches.so`.
        .target(
            name: "BatchLibrary", dependencies: ["Batches", "CacheFiles", "Domain", "Plans", "System"],
            exclude: ["lacuna_batches.h"], swiftSettings: kernels),

        // MARK: - Executables

        .executableTarget(name: "lacuna", dependencies: ["Commands"], swiftSettings: swift),
        .executableTarget(name: "lacunad", dependencies: ["Daemon"], swiftSettings: swift),

        // MARK: - Tests

        /// One private PostgreSQL per test process, a fresh database per test, real files, child processes.
        .target(
            name: "TestSupport", dependencies: ["Cluster", "Postgres", "Schema", "Domain"], path: "Tests/TestSupport",
            swiftSettings: swift),
        .testTarget(name: "DocumentTests", dependencies: ["Documents"], swiftSettings: kernels),
        .testTarget(name: "DomainTests", dependencies: ["Domain", "TestSupport"], swiftSettings: swift),
        .testTarget(
            name: "PostgresTests", dependencies: ["Postgres", "Cluster", "Schema", "TestSupport"], swiftSettings: swift),
        .testTarget(
            name: "ImagingTests", dependencies: ["Imaging", "Numerics", "Hashing", "Domain", "System", "TestSupport"],
            swiftSettings: kernels),
        .testTarget(
            name: "DrawingTests", dependencies: ["Drawing", "Imaging"], swiftSettings: kernels),
        .testTarget(
            name: "LearningTests",
            dependencies: ["Batches", "Domain", "Learning", "Plans", "System", "Tensors", "TestSupport"],
            exclude: ["Oracle"],
            swiftSettings: kernels),
        .testTarget(
            name: "BatchLibraryTests",
            dependencies: ["BatchLibrary", "Batches", "Domain", "Hashing", "Imaging", "Plans", "TestSupport"],
            swiftSettings: kernels),
        .testTarget(
            name: "PhantomTests", dependencies: ["Phantoms", "Imaging", "Numerics", "Domain", "TestSupport"],
            swiftSettings: kernels),
        .testTarget(
            name: "DICOMTests", dependencies: ["DICOM", "Imaging", "Domain", "System", "TestSupport"],
            swiftSettings: swift),
        .testTarget(
            name: "ImporterTests",
            dependencies: [
                "Importers", "DICOM", "Documents", "Drawing", "Imaging", "Hashing", "Domain", "Phantoms", "TestSupport",
            ],
            exclude: ["Expected"],
            swiftSettings: kernels),
        .testTarget(
            name: "ExporterTests", dependencies: ["Exporters", "Imaging", "Domain", "System", "TestSupport"],
            swiftSettings: kernels),
        .testTarget(
            name: "ObjectsTests", dependencies: ["Objects", "Hashing", "Domain", "TestSupport"], swiftSettings: swift),
        .testTarget(
            name: "MonitoringTests", dependencies: ["Monitoring", "TestSupport", logging, lifecycle, signals],
            swiftSettings: swift),
        .testTarget(
            name: "TrainerTests", dependencies: ["Domain", "System", "TestSupport", "Trainers"], swiftSettings: swift),
        .testTarget(name: "PlanTests", dependencies: ["Domain", "Plans", "Rounds"], swiftSettings: swift),
        .testTarget(name: "RoundsTests", dependencies: ["Rounds", "Domain", "Plans"], swiftSettings: swift),
        .testTarget(
            name: "CatalogTests",
            dependencies: ["Catalog", "Jobs", "Postgres", "Domain", "System", "TestSupport"],
            exclude: ["Schedules/Oracle"],
            swiftSettings: swift),
        .testTarget(
            name: "WorkflowTests",
            dependencies: [
                "Catalog", "DICOM", "Domain", "Drawing", "Imaging", "Objects", "Plans", "Postgres", "TestSupport",
                "Workflows",
            ],
            swiftSettings: swift),
        .testTarget(
            name: "DaemonTests",
            dependencies: [
                "Catalog", "Cluster", "Daemon", "Domain", "Imaging", "Jobs", "Learning", "Monitoring", "Phantoms",
                "Plans", "Postgres", "Rounds", "Schema", "System", "Tensors", "TestSupport", "lacuna", "lacunad",
                logging,
            ],
            exclude: ["Outside/faulty_trainer.py"],
            swiftSettings: swift),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "Batches", "Catalog", "Commands", "Console", "Cluster", "DICOM", "Daemon", "Phantoms", "Imaging",
                "Domain", "Numerics", "Plans",
                "Postgres", "Schema", "Tensors", "TestSupport", "Learning", "Objects", "Drawing", "Workflows",
                "lacuna", "lacunad",
            ],
            exclude: ["Peers"],
            swiftSettings: swift),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)

/// The test targets of the extra passes of `Scripts/test`: numeric ones in release mode, those with concurrency of their own
/// under the thread sanitizer.
let passes = [
    "numeric": ["BatchLibraryTests", "DomainTests", "ExporterTests", "ImagingTests", "LearningTests", "PhantomTests"],
    "concurrent": ["ObjectsTests", "PostgresTests", "RoundsTests"],
]

/// Removes all targets but some and what these need.
@MainActor func keep(_ names: [String], asked: String) {
    var open = names
    let targets = Dictionary(uniqueKeysWithValues: package.targets.map { ($0.name, $0) })
    var kept: Set<String> = []
    while let name = open.popLast() {
        guard let target = targets[name] else { fatalError("\(asked): no target is named \(name)") }
        guard kept.insert(name).inserted else { continue }
        open += target.dependencies.compactMap {
            switch $0 {
            case .targetItem(let name, _), .byNameItem(let name, _): name
            default: nil
            }
        }
    }
    package.targets.removeAll { !kept.contains($0.name) }
}

/// `LACUNA_TESTS` keeps the test targets of one pass and what they need, so that little is built in the pass's own folder.
if let pass = Context.environment["LACUNA_TESTS"] {
    guard let tests = passes[pass] else { fatalError("LACUNA_TESTS=\(pass): use \(passes.keys.sorted())") }
    keep(tests, asked: "LACUNA_TESTS=\(pass)")
    package.products = []
}

/// `LACUNA_LIBRARY` keeps `liblacuna_batches` alone, for a wheel of the Python package: no other package is then downloaded.
if Context.environment["LACUNA_LIBRARY"] != nil {
    keep(["BatchLibrary"], asked: "LACUNA_LIBRARY")
    package.products.removeAll { $0.name != "lacuna_batches" }
    package.dependencies = []
}

/// `LACUNA_FUZZ` adds the fuzzer, which only `Scripts/fuzz` builds, with its instrumentation.
if Context.environment["LACUNA_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "fuzz", dependencies: ["DICOM", "Domain", "Drawing", "Imaging", "Importers"], path: "Fuzzing",
            swiftSettings: swift))
}
