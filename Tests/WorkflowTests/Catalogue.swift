import Catalog
import DICOM
import Domain
import Objects
import Postgres
import TestSupport
import Workflows

/// A fresh database with the standard organs, for workflows that are called without a program.
struct Catalogue {
    let catalog: LabelCatalog
    let workspace: Workspace

    static func with(_ body: (Catalogue) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            try await withDatabase { connection, _ async throws in
                let catalog = LabelCatalog(connection, program: "tests")
                try await catalog.ensureStandardOrgans()
                let name = try await catalog.uuid()
                let workspace = Workspace(
                    catalog: catalog, converted: SeriesCache(folder: "\(folder)/converted"), progress: Silence(),
                    openStore: { create in
                        try await LocalObjectStore.open("\(folder)/objects", catalogue: name, create: create)
                    })
                try await body(Catalogue(catalog: catalog, workspace: workspace))
            }
        }
    }

    /// Every current label, as `CASE ORGAN STATUS`.
    func labels() async throws -> [String] {
        let request = LabelList.Request()
        return try await LabelList(workspace).run(request).map { row in
            "\(row.caseName ?? "?") \(row.organ) \(row.status.rawValue)"
        }
    }
}

/// Progress that nobody follows.
private struct Silence: ProgressSink, ProgressMeter {
    func begin(_ task: String, total: Int) -> any ProgressMeter { self }
    func advance(by steps: Int) {}
    func finish() {}
}

// MARK: - Cases without files

/// A hash that stands for thing `n`.
private func digest(_ n: Int) -> Digest {
    Digest(bytes: (0..<32).map { UInt8(truncatingIfNeeded: n >> (8 * ($0 % 8))) })
}

extension LabelCatalog {
    /// Release 1 of a dataset, and an import of it.
    func importing(_ dataset: String) async throws -> (release: ReleaseHandle, activity: ActivityID) {
        let activity = try await startActivity(.import)
        let handle = try await release(
            ReleaseRecord(
                dataset: dataset, release: "1", layout: "btcv", origin: .expert, licence: "CC BY 4.0",
                licenceSource: "the contract", root: "/data/\(dataset)"), activity: activity)
        return (handle, activity)
    }

    /// Imports a case of a subject of its own, with annotations of five voxels.
    ///
    /// - Parameter extent: where the annotations are complete; nil: everywhere.
    @discardableResult
    func add(
        _ dataset: String, case name: String, scan n: Int, _ organs: [OrganKey], extent: VoxelBox? = nil
    ) async throws -> VolumeID {
        let (handle, activity) = try await importing(dataset)
        let labels = organs.enumerated().map { index, organ in
            LabelRecord(
                organ: organ, status: .annotated, origin: .expert, mask: Self.storedMask(10 * n + index),
                extent: extent, file: 0)
        }
        let source = SourceRecord(
            caseName: name, subjectKey: name,
            image: FileRecord(path: "images/\(name).nii.gz", sha256: digest(2_000_000 + n), bytes: 1000),
            identity: digest(n), orientationBlind: digest(n), clipped: digest(n), shape: GridShape(10, 10, 10),
            affine: .scaling(Vector3(1, 1, 1)), orientation: "RAS", qformCode: 0, sformCode: 1, storageType: "int16",
            modality: "CT")
        let file = FileRecord(path: "labels/\(name).nii.gz", sha256: digest(3_000_000 + n), bytes: 100)
        return try await record(
            source, labelFiles: [file], in: handle, activity: activity, storing: { CaseLabels(labels) }
        ).volume
    }

    /// Records a label file whose image is missing.
    func addWaiting(_ dataset: String, case name: String) async throws {
        let (handle, activity) = try await importing(dataset)
        let file = FileRecord(path: "labels/\(name).nii.gz", sha256: digest(4_000_000), bytes: 100)
        let record = WaitingRecord(caseName: name, subjectKey: name, file: file)
        _ = try await recordWaiting([record], gone: [], in: handle, activity: activity)
    }

    private static func storedMask(_ n: Int) -> StoredMask {
        StoredMask(
            content: digest(n), object: digest(1_000_000 + n), objectBytes: 100, offset: 0, length: 100, voxels: 5,
            box: VoxelBox(lower: .zero, upper: Vector3(5, 1, 1)))
    }
}
