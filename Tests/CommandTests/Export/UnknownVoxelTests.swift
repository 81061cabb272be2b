import Batches
import Catalog
import Console
import DICOM
import Domain
import Foundation
import Imaging
import Learning
import Objects
import Phantoms
import Plans
import Postgres
import TestSupport
import Testing
import Workflows

@testable import Catalog
@testable import Daemon

/// nnU-Net's `ignore`, from the label file to the training case.
@Suite struct UnknownVoxelTests {
    /// A BTCV case, described as nnU-Net does: the liver, `ignore` where the spleen is, and values of a label that matches no
    /// organ, whose voxels are unknown too.
    private func tree(in bench: Workbench) throws -> String {
        let path = try PhantomData.write(.btcv, "nnunet", scans: 2...2, in: bench)
        try Data(
            """
            {"channel_names":{"0":"CT"},"file_ending":".nii.gz",
             "labels":{"background":0,"liver":6,"ignore":1,"warp core":[2,3,4,5,7,8,9,10,11,12,13]},
             "dataset":{"one":{"images":["RawData/Training/img/img0001.nii.gz"],
              "label":"RawData/Training/label/label0001.nii.gz"}}}
            """.utf8
        ).write(to: URL(filePath: path + "/dataset.json"))
        return path
    }

    @Test func ignoredVoxelsAreUnknownInTheCatalogueAndToTheTrainer() async throws {
        try await Workbench.with { bench in
            let path = try tree(in: bench)
            let ending = try await bench.lacuna("dataset", "import", path, "--layout", "nnunet", "--json")
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(try ending.object()["layout"] as? String == "nnunet")
            let truth = try NIfTIReader().readLabels(path + "/RawData/Training/label/label0001.nii.gz")
            let unknown = Set(truth.regions.map(\.value)).subtracting([6])
            let hidden = truth.mask(of: unknown).population

            let stored = try await bench.connection.one(FirstMask())
            #expect(stored.known == truth.shape.count - hidden)
            let liver = try await bench.lacuna("coverage", "--json").rows().first { $0["organ"] as? String == "liver" }
            #expect(liver?["annotated"] as? Int == 1 && liver?["partial"] as? Int == 1)

            let item = try await trainingCase(stored, bench, shape: truth.shape, affine: truth.grid.canonicalAffine)
            guard case .known(let foreground?, _, let known?) = item.labels[0] else {
                Issue.record("the training case has a complete label")
                return
            }
            #expect(foreground == truth.mask(of: [6]) && known.population == stored.known)
            var planes = [UInt8](repeating: 9, count: truth.shape.count)
            planes.withUnsafeMutableBufferPointer { planes in
                KnownVoxelRule(organCount: 1, exclusions: []).fill(
                    planes, compositePlanes: .init(start: nil, count: 0), labels: item.labels, shape: truth.shape,
                    box: VoxelBox(truth.shape))
            }
            let ignored = truth.mask(of: unknown)
            #expect(planes.indices.allSatisfy { (planes[$0] == VoxelKnowledge.unknown) == ignored[$0] })
        }
    }

    /// The training case that a run would use.
    private func trainingCase(
        _ stored: FirstMask.Row, _ bench: Workbench, shape: GridShape, affine: Affine
    ) async throws -> TrainingCase {
        let volume = RunVolume(
            id: stored.volume, subject: SubjectID(1), part: .train, shape: shape, modality: "CT", root: stored.root,
            file: stored.file, sha256: stored.sha256, affine: affine)
        let cache = bench.folder + "/cache"
        try FileManager.default.createDirectory(atPath: cache, withIntermediateDirectories: true)
        let label = RunLabel(
            volume: stored.volume, part: .train, organ: "liver", extent: stored.extent, mask: stored.mask)
        let store = try await LocalObjectStore.open(bench.home + "/objects", catalogue: stored.catalogue)
        let library = CaseLibrary(
            RunSnapshot(organs: ["liver"], volumes: [volume], labels: [label]), ontology: .standard,
            cache: TrainingCache(
                VolumeCache(folder: cache), converted: SeriesCache(folder: bench.home + "/converted"), spacing: nil),
            settings: LearningSettings(), masks: MaskReader(store: store))
        return try await library.makeCase(volume)
    }
}

/// The only mask of a catalogue, with the columns that a run reads.
private struct FirstMask: Statement {
    struct Row {
        let volume: VolumeID
        let extent: VoxelBox?
        let mask: MaskLocation
        let known: Int?
        let root: String
        let file: String
        let sha256: Digest
        let catalogue: String
    }

    static let sql = """
        select m.volume_id, a.extent, m.id, m.content_sha256, m.object_digest, m.object_offset, m.object_length,
            m.known_voxels, r.root, s.file, s.file_sha256, (select id::text from lacuna.catalogue)
        from lacuna.mask m join lacuna.annotation a on a.mask_id = m.id
            join lacuna.source s on s.volume_id = m.volume_id join lacuna.release r on r.id = s.release_id
        """

    func decode(_ row: PostgresRow) throws -> Row {
        let bounds: [Int32]? = try row.decode(1)
        return Row(
            volume: try row.decode(0), extent: bounds.map(VoxelBox.init(bounds:)), mask: try MaskLocation(row, from: 2),
            known: try row.decode(7), root: try row.decode(8), file: try row.decode(9), sha256: try row.decode(10),
            catalogue: try row.decode(11))
    }
}
