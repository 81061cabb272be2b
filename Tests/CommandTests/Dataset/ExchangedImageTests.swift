import Domain
import Foundation
import Imaging
import Phantoms
import TestSupport
import Testing

/// A recorded case whose image file is exchanged: labels of one scan are never recorded for the scan of another case.
@Suite struct ExchangedImageTests {
    private let files = FileManager.default

    private func image(_ path: String, _ number: Int) -> String {
        "\(path)/RawData/Training/img/img000\(number).nii.gz"
    }

    /// An imported set.
    private func set(_ bench: Workbench, scans: Int = 3) async throws -> String {
        let path = try PhantomData.write(.btcv, "internal", scans: 1...scans, in: bench)
        #expect(try await bench.lacuna("dataset", "import", path).status == 0)
        return path
    }

    private func copy(_ number: Int, over other: Int, of path: String) throws -> Data {
        let old = try Data(contentsOf: URL(filePath: image(path, other)))
        try Data(contentsOf: URL(filePath: image(path, number))).write(to: URL(filePath: image(path, other)))
        return old
    }

    private func quarantined(_ ending: Ending) throws -> [[String: Any]] {
        try #require(ending.object()["cases"] as? [[String: Any]]).filter { $0["outcome"] as? String == "quarantined" }
    }

    @Test func anotherCasesScanIsQuarantined() async throws {
        try await Workbench.with { bench in
            let path = try await set(bench)
            let (revision, labels) = (
                try await bench.revision(), try await bench.lacuna("mask", "list", "--json").output
            )
            let subjects = try await bench.lacuna("subject", "list", "--json").output
            let old = try copy(2, over: 1, of: path)

            for more in [["--dry-run"], [], ["--strict"]] {
                let ending = try await bench.start(["dataset", "import", path, "--json"] + more).end()
                #expect(ending.status == (more == ["--strict"] ? 3 : 4), "\(more): \(ending.errors)")
                let rows = try quarantined(ending)
                #expect(rows.map { $0["case"] as? String } == ["img0001"])
                let problem = try #require(rows.first?["problem"] as? String)
                #expect(problem.contains("imported as case img0001, volume 1"), "\(problem)")
                #expect(problem.contains("the scan of internal/img0002, volume 2"), "\(problem)")
                #expect((rows.first?["remedy"] as? String)?.contains("--release btcv+NAME") == true)
            }
            #expect(try await bench.revision() == revision)
            #expect(try await bench.lacuna("mask", "list", "--json").output == labels)
            #expect(try await bench.lacuna("subject", "list", "--json").output == subjects)

            try old.write(to: URL(filePath: image(path, 1)))
            let restored = try await bench.lacuna("dataset", "import", path)
            #expect(restored.status == 0 && restored.errors.contains("Nothing changed"), "\(restored.output)")
        }
    }

    /// The first image with one voxel changed.
    private func replaceFirst(of path: String) throws {
        let volume = try NIfTIReader().readImage(image(path, 1))
        let values = volume.voxels.floats.map { Int16($0) }
        let changed = [values[0] + 1] + values.dropFirst()
        try NIfTIWriter.write(.int16(VoxelBuffer(changed)), on: volume.grid, to: image(path, 1))
    }

    @Test func newVoxelsUnderAnOldNameAreANewVolumeAndReported() async throws {
        try await Workbench.with { bench in
            let path = try await set(bench, scans: 2)
            try replaceFirst(of: path)
            for more in [["--dry-run"], []] {
                let ending = try await bench.start(["dataset", "import", path, "--json"] + more).end()
                #expect(ending.status == 0, "\(ending.errors)")
                let row = try #require(ending.object()["cases"] as? [[String: Any]])
                    .first { $0["case"] as? String == "img0001" }
                #expect(row?["outcome"] as? String == "warned")
                #expect((row?["problem"] as? String)?.contains("imported as this case, volume 1") == true)
                #expect((row?["remedy"] as? String)?.contains("lacuna volume exclude 1") == true)
            }
            #expect(try await bench.lacuna("volume", "list", "--json").rows().count == 3)
            let again = try await bench.lacuna("dataset", "import", path)
            #expect(again.errors.contains("Nothing changed"), "\(again.output)")
            try await expectThatAllCanBeExportedWithoutTheOldVolume(bench)
        }
    }

    /// The old scan's file is missing; without that volume everything can be exported again.
    private func expectThatAllCanBeExportedWithoutTheOldVolume(_ bench: Workbench) async throws {
        let excluded = try await bench.lacuna("volume", "exclude", "1", "--reason", "replaced")
        #expect(excluded.status == 0, "\(excluded.errors)")
        let output = bench.folder + "/out"
        try files.createDirectory(atPath: output, withIntermediateDirectories: false)
        let export = try await bench.lacuna(
            "export", "nnunet", "--output", output, "--dataset-id", "1", "--name", "A", "--organs", "liver")
        #expect(export.status == 0, "\(export.errors)")
    }

    @Test func aChangedSetIsAReleaseOfItsOwn() async throws {
        try await Workbench.with { bench in
            let path = try await set(bench, scans: 2)
            try replaceFirst(of: path)
            let release = try await bench.lacuna("dataset", "import", path, "--release", "btcv+second", "--json")
            #expect(release.status == 0, "\(release.errors) \(release.output)")
            #expect(try release.object()["newVolumes"] as? Int == 1)
            let again = try await bench.lacuna("dataset", "import", path, "--release", "btcv+second")
            #expect(again.errors.contains("Nothing changed"), "\(again.output)")
            let diff = try await bench.lacuna(
                "dataset", "diff", "internal", "--release", "btcv", "--release", "btcv+second", "--json")
            #expect(diff.status == 0, "\(diff.errors)")
            let rows = try diff.rows().filter { $0["change"] as? String == "image changed" }
            #expect(rows.map { $0["case"] as? String } == ["img0001"])
            let unknown = try await bench.lacuna("dataset", "import", path, "--release", "other+second")
            #expect(unknown.status == 3 && unknown.errors.contains("no release named other"), "\(unknown.errors)")
        }
    }

    @Test func otherBytesOfTheSameVoxelsAreTheSameVolume() async throws {
        try await Workbench.with { bench in
            let path = try await set(bench, scans: 2)
            let volume = try NIfTIReader().readImage(image(path, 1))
            let values = volume.voxels.floats.map { Float($0) }
            try NIfTIWriter.write(.float32(VoxelBuffer(values)), on: volume.grid, to: image(path, 1))
            let ending = try await bench.lacuna("dataset", "import", path, "--json")
            #expect(ending.status == 0, "\(ending.output)")
            #expect(try await bench.lacuna("volume", "list", "--json").rows().count == 2)
        }
    }
}
