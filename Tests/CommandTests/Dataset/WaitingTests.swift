import Foundation
import Phantoms
import TestSupport
import Testing

/// Labels without images wait, count nowhere, and are recorded once the images are there.
@Suite struct WaitingTests {
    private let files = FileManager.default

    /// A BTCV set of two scans, the second one's image moved away.
    private func halfDownloaded(_ bench: Workbench) throws -> (path: String, image: String, away: String) {
        let path = try PhantomData.write(.btcv, "half", scans: 1...2, in: bench)
        let image = "\(path)/RawData/Training/img/img0002.nii.gz"
        let away = "\(bench.folder)/elsewhere/img0002.nii.gz"
        try files.createDirectory(atPath: "\(bench.folder)/elsewhere", withIntermediateDirectories: true)
        try files.moveItem(atPath: image, toPath: away)
        return (path, image, away)
    }

    private func datasets(_ bench: Workbench) async throws -> [[String: Any]] {
        try await bench.lacuna("dataset", "list", "--json").rows()
    }

    private func liver(_ bench: Workbench) async throws -> [String: Any] {
        let rows = try await bench.lacuna("coverage", "--json").rows()
        return try #require(rows.first { $0["organ"] as? String == "liver" })
    }

    @Test func aLabelWithoutImageWaitsUntilTheImageIsThere() async throws {
        try await Workbench.with { bench in
            let (path, image, away) = try halfDownloaded(bench)
            let first = try await bench.lacuna("dataset", "import", path, "--json")
            #expect(first.status == 0, "waiting is no error: \(first.errors)")
            let summary = try first.object()
            #expect(summary["accepted"] as? Int == 1 && summary["waiting"] as? Int == 1)
            #expect(summary["refused"] as? Int == 0)
            let cases = try #require(summary["cases"] as? [[String: Any]])
            let row = try #require(cases.first { $0["outcome"] as? String == "waiting" })
            #expect(
                row["case"] as? String == "img0002"
                    && row["file"] as? String == "RawData/Training/label/label0002.nii.gz")
            #expect((row["remedy"] as? String)?.contains("--images") == true)

            #expect(try await datasets(bench)[0]["waiting"] as? Int == 1)
            #expect(try await datasets(bench)[0]["volumes"] as? Int == 1)
            #expect(try await liver(bench)["volumes"] as? Int == 1)
            let waiting = try await bench.lacuna("dataset", "waiting", "half", "--json").rows()
            #expect(waiting.map { $0["case"] as? String } == ["img0002"])
            #expect(waiting[0]["subject"] as? String == "0002")

            let (revision, rows) = (try await bench.revision(), try await bench.count(Counting()))
            let again = try await bench.lacuna("dataset", "import", path)
            #expect(again.status == 0 && again.errors.contains("Nothing changed"))
            #expect(again.errors.contains("lacuna dataset waiting half"))
            #expect(try await bench.revision() == revision)
            #expect(try await bench.count(Counting()) == rows)

            try files.moveItem(atPath: away, toPath: image)
            let whole = try await bench.lacuna("dataset", "import", path, "--json").object()
            #expect(whole["accepted"] as? Int == 1 && whole["unchanged"] as? Int == 1 && whole["waiting"] as? Int == 0)
            #expect(try await datasets(bench)[0]["waiting"] as? Int == 0)
            #expect(try await bench.lacuna("dataset", "waiting", "half", "--json").rows().isEmpty)
            #expect(try await liver(bench)["annotated"] as? Int == 2)
        }
    }

    @Test func imagesOfAnotherFolderAreAddedLater() async throws {
        try await Workbench.with { bench in
            let (path, image, _) = try halfDownloaded(bench)
            let first = try files.contentsOfDirectory(atPath: "\(path)/RawData/Training/img")
            for name in first {
                try files.moveItem(
                    atPath: "\(path)/RawData/Training/img/\(name)", toPath: "\(bench.folder)/elsewhere/\(name)")
            }
            let labels = try await bench.lacuna("dataset", "import", path, "--json")
            #expect(labels.status == 0, "\(labels.errors)")
            #expect(try labels.object()["waiting"] as? Int == 2)
            #expect(try await bench.lacuna("volume", "list", "--json").rows().isEmpty)

            let images = try await bench.lacuna(
                "dataset", "import", path, "--images", "\(bench.folder)/elsewhere", "--json")
            #expect(images.status == 0, "\(images.errors)")
            #expect(try images.object()["accepted"] as? Int == 2)
            #expect(try await datasets(bench)[0]["waiting"] as? Int == 0)
            #expect(try await bench.lacuna("verify").status == 0, "paths that leave the root are found")
            let again = try await bench.lacuna("dataset", "import", path, "--images", "\(bench.folder)/elsewhere")
            #expect(again.errors.contains("Nothing changed"))

            let without = try await bench.lacuna("dataset", "import", path)
            #expect(without.errors.contains("Nothing changed"), "the location of the images is recorded")
            // An imported case whose image is missing does not wait.
            try files.removeItem(atPath: "\(bench.folder)/elsewhere/img0001.nii.gz")
            let gone = try await bench.lacuna("dataset", "import", path, "--json").object()
            #expect(gone["waiting"] as? Int == 0 && gone["unchanged"] as? Int == 1)
            let told = try #require(gone["cases"] as? [[String: Any]]).compactMap { $0["problem"] as? String }
            #expect(told.filter { $0.contains("imported before, is missing") }.count == 1)
            #expect(!files.fileExists(atPath: image))
        }
    }

    @Test func theTableOfSubjectsIsKeptForCasesThatWait() async throws {
        try await Workbench.with { bench in
            let (path, image, away) = try halfDownloaded(bench)
            let table = bench.folder + "/subjects.csv"
            for patient in ["P", "Q"] {
                try Data("case,subject\nimg0001,\(patient)\nimg0002,\(patient)\n".utf8).write(to: URL(filePath: table))
                let stated = try await bench.lacuna("dataset", "import", path, "--subjects", table)
                #expect(stated.status == 0, "\(stated.errors)")
                let waiting = try await bench.lacuna("dataset", "waiting", "half", "--json").rows()
                #expect(waiting.map { $0["subject"] as? String } == [patient], "a later table is recorded")
            }
            try files.moveItem(atPath: away, toPath: image)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            let subjects = try await bench.lacuna("subject", "list", "--json").rows()
            #expect(subjects.count == 1, "one patient: \(subjects)")
        }
    }

    @Test func aWaitingLabelThatIsMissingNoLongerWaits() async throws {
        try await Workbench.with { bench in
            let (path, _, _) = try halfDownloaded(bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            try files.removeItem(atPath: "\(path)/RawData/Training/label/label0002.nii.gz")
            let again = try await bench.lacuna("dataset", "import", path, "--json")
            #expect(try again.object()["waiting"] as? Int == 0)
            #expect(again.output.contains("waited for its image is missing"))
            #expect(try await datasets(bench)[0]["waiting"] as? Int == 0)
        }
    }

    @Test func anotherFolderUnderTheRecordedRootIsNoNewState() async throws {
        try await Workbench.with { bench in
            let (path, _, _) = try halfDownloaded(bench)
            let training = "\(path)/RawData/Training"
            let first = try await bench.lacuna(
                "dataset", "import", "\(training)", "--images", "\(training)/img", "--name", "set")
            #expect(first.status == 0, "\(first.errors)")
            try files.createDirectory(atPath: "\(training)/other", withIntermediateDirectories: true)
            try files.copyItem(atPath: "\(training)/label", toPath: "\(training)/other/label")
            let other = try await bench.lacuna("dataset", "import", "\(training)/other", "--name", "set")
            #expect(other.status == 5 && other.errors.contains("is recorded under"))
        }
    }

    @Test func aBrokenLabelIsRefusedAlthoughItsImageIsMissing() async throws {
        try await Workbench.with { bench in
            let (path, _, _) = try halfDownloaded(bench)
            try Data("version https://git-lfs.github.com/spec/v1\n".utf8)
                .write(to: URL(filePath: "\(path)/RawData/Training/label/label0002.nii.gz"))
            let ending = try await bench.lacuna("dataset", "import", path, "--json")
            #expect(ending.status == 4)
            let summary = try ending.object()
            #expect(summary["refused"] as? Int == 1 && summary["waiting"] as? Int == 0)
        }
    }

    @Test func strictImportsTakeWaitingLabels() async throws {
        try await Workbench.with { bench in
            let (path, _, _) = try halfDownloaded(bench)
            let ending = try await bench.lacuna("dataset", "import", path, "--strict", "--json")
            #expect(ending.status == 0, "\(ending.errors)")
            let summary = try ending.object()
            #expect(summary["accepted"] as? Int == 1 && summary["waiting"] as? Int == 1)
            #expect(try await datasets(bench)[0]["waiting"] as? Int == 1)
            let plan = try await bench.lacuna("dataset", "import", path, "--dry-run", "--name", "other", "--json")
                .object()
            #expect(plan["waiting"] as? Int == 1)
            #expect(try await datasets(bench).count == 1)
        }
    }
}
