import Foundation
import Phantoms
import TestSupport
import Testing

/// Ways to spoil `img0002` of a BTCV set, whose other case stays good.
enum Damage: String, CaseIterable, Sendable {
    case truncatedImage, corruptImage, emptyLabel, shapeDiffers, affineDiffers, valueOutsideMap, fractionalValues
    case notANumber, fourDimensions, colour, appleDouble, webPage, hugeHeader

    /// The case's outcome; nil where the file is skipped.
    var outcome: String? {
        switch self {
        case .affineDiffers, .shapeDiffers: "quarantined"
        case .appleDouble: nil
        default: "refused"
        }
    }

    func spoil(_ folder: BadFolder) throws {
        switch self {
        case .truncatedImage: try folder.change(folder.image) { $0.prefix($0.count / 2) }
        case .corruptImage:
            try folder.change(folder.image) { bytes in
                bytes[bytes.count / 2] ^= 0xff
                return bytes
            }
        case .emptyLabel: try folder.change(folder.label) { _ in Data() }
        case .shapeDiffers: try folder.patchVoxels(folder.label, dimensions: [44, 48, 24])
        case .affineDiffers: try folder.patch(folder.label) { $0.add(20, toFloatsAt: [292, 268]) }
        case .valueOutsideMap: try folder.patch(folder.label) { $0[352 + 30_000] = 200 }
        case .fractionalValues: try folder.floatLabel { $0[20_000] = 2.5 }
        case .notANumber: try folder.floatLabel { $0[20_000] = .nan }
        case .fourDimensions: try folder.patch(folder.image) { $0.set([4, 24, 44, 24, 2], at: 40) }
        case .colour: try folder.patch(folder.image) { $0.set([128, 24], at: 70) }
        case .appleDouble:
            let fork = folder.image.deletingLastPathComponent().appending(path: "._img0002.nii.gz")
            try Data([0, 5, 22, 7]).write(to: fork)
        case .webPage: try folder.change(folder.image) { _ in Data("<!DOCTYPE html><html></html>".utf8) }
        case .hugeHeader: try folder.patch(folder.image) { $0.set([3, 30_000, 30_000, 30_000], at: 40) }
        }
    }
}

@Suite struct BadInputTests {
    @Test(arguments: Damage.allCases) func theBadCaseIsReportedAndTheGoodOneImported(_ damage: Damage) async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...2, in: bench)
            try damage.spoil(BadFolder(path))
            let ending = try await bench.lacuna("dataset", "import", path, "--json")
            let summary = try ending.object()
            let cases = try #require(summary["cases"] as? [[String: Any]])
            let bad = cases.filter {
                ($0["outcome"] as? String).map { ["refused", "quarantined"].contains($0) } == true
            }
            guard let outcome = damage.outcome else {
                #expect(ending.status == 0)
                return #expect(summary["accepted"] as? Int == 2)
            }
            #expect(ending.status == 4, "\(ending.output)")
            #expect(bad.count == 1)
            #expect(bad.first?["outcome"] as? String == outcome)
            for key in ["file", "problem", "remedy"] { #expect((bad.first?[key] as? String)?.isEmpty == false) }
            #expect((bad.first?["file"] as? String)?.contains("0002") == true)
            #expect(summary["newVolumes"] as? Int == 1)
        }
    }

    @Test func strictRecordsAllOrNothing() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...2, in: bench)
            try Damage.corruptImage.spoil(BadFolder(path))
            let ending = try await bench.lacuna("dataset", "import", path, "--strict")
            #expect(ending.status == 3)
            #expect(ending.output.contains("refused"))
            #expect(try await bench.count(Counting()) == 0)
        }
    }

    @Test func aPathThatLeavesTheFolderIsRefused() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.msd(.liver, lesions: false), "Task03_Liver", scans: 1...2, in: bench)
            let file = URL(filePath: "\(path)/dataset.json")
            let text = try String(contentsOf: file, encoding: .utf8)
            let range = try #require(text.range(of: "./imagesTr/"))
            try text.replacingCharacters(in: range, with: "../../../etc/").write(
                to: file, atomically: true, encoding: .utf8)
            let ending = try await bench.lacuna("dataset", "import", path)
            #expect(ending.status == 4)
            #expect(ending.output.contains("is outside the dataset's folder"))
        }
    }

    @Test func theErrorForAnEmptyFolderNamesTheExpectedFiles() async throws {
        try await Workbench.with { bench in
            let ending = try await bench.lacuna("dataset", "import", bench.folder)
            #expect(ending.status == 3)
            #expect(ending.errors.contains("dataset.json"))
        }
    }
}
