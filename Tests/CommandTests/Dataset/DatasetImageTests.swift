import Domain
import Foundation
import Phantoms
import TestSupport
import Testing

/// Labels of one dataset on the images of another.
@Suite struct DatasetImageTests {
    private let files = FileManager.default

    /// An imported dataset with images, and labels of the same scans without images.
    private func both(_ bench: Workbench, scans: ClosedRange<Int> = 1...2) async throws -> (
        images: String, labels: String
    ) {
        let images = try PhantomData.write(.btcv, "scans", scans: scans, in: bench)
        #expect(try await bench.lacuna("dataset", "import", images).status == 0)
        let labels = try PhantomData.write(
            .totalSegmentator(classes: ["liver", "spleen"], missingShare: 0), "atlas", scans: scans, in: bench)
        for name in try files.contentsOfDirectory(atPath: labels) {
            try? files.removeItem(atPath: "\(labels)/\(name)/ct.nii.gz")
        }
        return (images, labels)
    }

    private func pairs(_ bench: Workbench, _ rows: [String]) throws -> String {
        let path = "\(bench.folder)/pairs.csv"
        try (["case,image"] + rows).joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    private func cases(_ labels: String) throws -> [String] {
        try files.contentsOfDirectory(atPath: labels).filter {
            files.fileExists(atPath: "\(labels)/\($0)/segmentations")
        }
        .sorted()
    }

    @Test func labelsAreJoinedToTheImagesOfADatasetByATable() async throws {
        try await Workbench.with { bench in
            let (images, labels) = try await both(bench)
            let names = try cases(labels)
            let strangers = try await bench.lacuna("dataset", "import", labels, "--images", "scans", "--json")
            #expect(strangers.status == 0)
            #expect(try strangers.object()["waiting"] as? Int == 2)
            #expect(strangers.output.contains("img0001, img0002") && strangers.output.contains("--pairs"))

            let table = try pairs(bench, ["\(names[0]),img0001", "\(names[1]),img0002"])
            let joined = try await bench.lacuna(
                "dataset", "import", labels, "--images", "scans", "--pairs", table, "--json")
            #expect(joined.status == 0, "\(joined.errors)")
            let summary = try joined.object()
            #expect(summary["waiting"] as? Int == 0 && summary["newVolumes"] as? Int == 0)
            #expect(summary["knownScans"] as? Int == 2)
            let volumes = try await bench.lacuna("volume", "list", "--json").rows()
            #expect(volumes.count == 2)
            #expect(volumes.allSatisfy { ($0["sources"] as? [Any])?.count == 2 })
            #expect(try await bench.lacuna("verify").status == 0)

            let again = try await bench.lacuna("dataset", "import", labels)
            #expect(again.errors.contains("Nothing changed"), "\(again.output)")

            // The images move with their dataset.
            let moved = bench.folder + "/moved"
            try files.moveItem(atPath: images, toPath: moved)
            #expect(try await bench.lacuna("verify").status == 6)
            let lost = try await bench.lacuna("dataset", "import", labels, "--json")
            #expect(lost.status == 3)
            #expect(lost.output.contains("lacuna dataset relocate scans PATH"))
            let root =
                try await bench.lacuna("dataset", "list", "--json").rows()
                .first { $0["name"] as? String == "scans" }?["root"] as? String
            let target = moved + (root ?? "").dropFirst(images.count)
            #expect(try await bench.lacuna("dataset", "relocate", "scans", target).status == 0)
            #expect(try await bench.lacuna("verify").status == 0)
            #expect(try await bench.lacuna("dataset", "import", labels).errors.contains("Nothing changed"))
        }
    }

    @Test func aChangedImageIsRefusedByName() async throws {
        try await Workbench.with { bench in
            let (images, labels) = try await both(bench, scans: 1...2)
            let names = try cases(labels)
            let training = "\(images)/RawData/Training/img"
            try files.removeItem(atPath: "\(training)/img0001.nii.gz")
            try files.copyItem(atPath: "\(training)/img0002.nii.gz", toPath: "\(training)/img0001.nii.gz")
            let table = try pairs(bench, ["\(names[0]),img0001", "\(names[1]),img0009"])
            let ending = try await bench.lacuna(
                "dataset", "import", labels, "--images", "scans", "--pairs", table, "--json")
            #expect(ending.status == 3)
            let rows = try #require(ending.object()["cases"] as? [[String: Any]])
            let problems = rows.compactMap { $0["problem"] as? String }
            #expect(problems.contains { $0.contains("not the image imported with dataset scans") })
            #expect(problems.contains { $0.contains("case img0009, which does not exist in dataset scans") })
            #expect(rows.filter { $0["outcome"] as? String == "refused" }.count == 2)
        }
    }

    @Test func twoLabelsOfOneImageAreRefusedByName() async throws {
        try await Workbench.with { bench in
            let images = try PhantomData.write(.btcv, "scans", scans: 1...2, in: bench)
            #expect(try await bench.lacuna("dataset", "import", images).status == 0)
            let labels = try PhantomData.write(.btcv, "others", scans: 1...2, in: bench)
            try files.removeItem(atPath: "\(labels)/RawData/Training/img")
            let table = try pairs(bench, ["img0001,img0002"])
            let ending = try await bench.lacuna(
                "dataset", "import", labels, "--images", "dataset:scans", "--pairs", table, "--json")
            #expect(ending.status == 3, "\(ending.output)")
            let rows = try #require(ending.object()["cases"] as? [[String: Any]])
            #expect(rows.map { $0["outcome"] as? String } == ["refused", "refused"])
            let told = "the labels of img0001, img0002 match the same image, img0002 of dataset scans"
            #expect(rows.allSatisfy { $0["problem"] as? String == told }, "\(rows)")
            let both = try pairs(bench, ["img0001,img0002", "img0002,img0001"])
            let right = try await bench.lacuna(
                "dataset", "import", labels, "--images", "dataset:scans", "--pairs", both, "--json")
            #expect(
                try right.object()["warned"] as? Int == 2,
                "imported, and unlike the labels of the scans: \(right.output)")
        }
    }

    @Test func namesThatAreEqualNeedNoTable() async throws {
        try await Workbench.with { bench in
            let images = try PhantomData.write(.btcv, "scans", scans: 1...2, in: bench)
            #expect(try await bench.lacuna("dataset", "import", images).status == 0)
            let labels = try PhantomData.write(.btcv, "others", scans: 1...2, in: bench)
            try files.removeItem(atPath: "\(labels)/RawData/Training/img")
            let joined = try await bench.lacuna("dataset", "import", labels, "--images", "dataset:scans", "--json")
            #expect(joined.status == 0, "\(joined.errors)")
            #expect(try joined.object()["accepted"] as? Int == 2)
            #expect(try await bench.lacuna("volume", "list", "--json").rows().count == 2)
        }
    }

    @Test func aNameForBothOrNeitherIsRefused() async throws {
        try await Workbench.with { bench in
            let (_, labels) = try await both(bench)
            let neither = try await bench.lacuna("dataset", "import", labels, "--images", "nothing")
            #expect(neither.status == 3 && neither.errors.contains("no file, folder or dataset is named nothing"))
            let unknown = try await bench.lacuna("dataset", "import", labels, "--images", "dataset:nothing")
            #expect(unknown.status == 3 && unknown.errors.contains("no dataset is named nothing"))
            let program = try bench.start(
                ["dataset", "import", labels, "--images", "scans"], folder: "\(bench.folder)/data")
            let both = await program.end()
            #expect(both.status == 3)
            #expect(both.errors.contains("write ./scans for the file or folder, dataset:scans for the dataset"))
            #expect(try await bench.lacuna("dataset", "remove", "scans", "--reason", "test", "--yes").status == 0)
            let removed = try await bench.lacuna("dataset", "import", labels, "--images", "dataset:scans")
            #expect(removed.status == 5, "\(removed.errors)")
        }
    }
}
