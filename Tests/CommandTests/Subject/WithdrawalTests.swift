import Foundation
import Phantoms
import TestSupport
import Testing

/// Withdrawal of consent through the command line.
@Suite struct WithdrawalTests {
    /// Two datasets that share one scan.
    private func importTwo(_ bench: Workbench) async throws {
        let liver = try PhantomData.write(.msd(.liver, lesions: false), "Task03_Liver", scans: 1...2, in: bench)
        let all = try PhantomData.write(.btcv, "internal", scans: 2...3, in: bench)
        for path in [liver, all] { #expect(try await bench.lacuna("dataset", "import", path).status == 0) }
    }

    @Test func aDatasetIsListedThenRemovedThenRestored() async throws {
        try await Workbench.with { bench in
            try await importTwo(bench)
            let coverage = try await bench.lacuna("coverage", "--json").output
            let revision = try await bench.revision()
            let listed = try await bench.lacuna("dataset", "remove", "internal", "--json")
            #expect(listed.status == 0)
            #expect(listed.errors.contains("--yes"))
            #expect(try await bench.revision() == revision)
            let items = try #require(try listed.object()["items"] as? [[String: Any]])
            let effects = items.filter { $0["kind"] as? String == "volume" }.compactMap { $0["effect"] as? String }
            #expect(effects.sorted() == ["kept: another dataset has it", "withheld"])
            #expect(items.count { $0["kind"] as? String == "source" } == 2)

            #expect(try await bench.lacuna("dataset", "remove", "internal", "--yes").status == 2, "no reason")
            let removed = try await bench.lacuna(
                "dataset", "remove", "internal", "--yes", "--reason", "consent withdrawn", "--json")
            #expect(try removed.object()["changed"] as? Bool == true)
            #expect(try await bench.revision() == revision + 1)
            let rows = try await bench.lacuna("coverage", "--json").rows()
            #expect(rows.map { $0["organ"] as? String } == ["liver"])
            #expect(rows.first?["volumes"] as? Int == 2)
            let volumes = try await bench.lacuna("volume", "list", "--json").rows()
            #expect(volumes.compactMap { $0["withheld"] as? String } == ["removed: consent withdrawn"])
            let subjects = try await bench.lacuna("subject", "list", "--json").rows()
            #expect(subjects.compactMap { $0["removed"] as? String } == ["consent withdrawn"])
            #expect(subjects.count == 3 && subjects.allSatisfy { $0["volumes"] as? Int == 1 })
            let datasets = try await bench.lacuna("dataset", "list", "--json").rows()
            #expect(datasets.compactMap { $0["removed"] as? String } == ["consent withdrawn"])
            let export = try await bench.lacuna(
                "mask", "export", "internal/img0002", "liver", "--output", bench.folder + "/x.nii.gz")
            #expect(export.status == 5)
            #expect(export.errors.contains("withheld"))
            let again = try await bench.lacuna("dataset", "import", "\(bench.folder)/data/internal")
            #expect(again.status == 5)
            #expect(again.errors.contains("dataset restore internal"))

            let restored = try await bench.lacuna("dataset", "restore", "internal", "--reason", "given again", "--json")
            #expect(try restored.object()["changed"] as? Bool == true)
            #expect(try await bench.lacuna("coverage", "--json").output == coverage)
        }
    }

    /// Exported data cannot be withheld; they have to be deleted where they are.
    @Test func aRemovalListsTheExportsThatContainTheData() async throws {
        try await Workbench.with { bench in
            try await importTwo(bench)
            func export(_ name: String, _ organ: String, _ dataset: String) async throws -> Int {
                let ending = try await bench.lacuna(
                    "export", "monai", "--output", "\(bench.folder)/\(name).json", "--organs", organ, "--dataset",
                    dataset, "--json")
                #expect(ending.status == 0, "\(ending.errors)")
                return try #require(try ending.object()["activity"] as? Int)
            }
            func exports(_ thing: String, _ name: String) async throws -> [[String: Any]] {
                let listed = try await bench.lacuna(thing, "remove", name, "--json")
                let items = try #require(try listed.object()["items"] as? [[String: Any]])
                let exports = items.filter { $0["kind"] as? String == "export" }
                #expect(listed.errors.contains("earlier export") == !exports.isEmpty, "\(listed.errors)")
                return exports
            }
            #expect(try await exports("dataset", "internal").isEmpty)
            let livers = try await export("livers", "liver", "Task03_Liver")
            #expect(try await exports("dataset", "internal").isEmpty, "its liver was not exported")
            let spleens = try await export("spleens", "spleen", "internal")
            let own = try await exports("dataset", "internal")
            #expect(own.map { $0["id"] as? Int } == [spleens])
            #expect((own.first?["label"] as? String)?.contains("\(bench.folder)/spleens.json") == true, "\(own)")
            #expect(own.first?["count"] as? Int == 26, "all organs of two scans took part, to say where no spleen is")
            let table = try await bench.lacuna("dataset", "remove", "internal")
            #expect(table.output.contains("spleens.json"), "\(table.output)")

            // Exports of masks that were computed from its masks contain it too.
            #expect(
                try await bench.lacuna("mask", "policy", "set", "release", "--reason", "people first").status == 0)
            let consensus = try await bench.lacuna(
                "mask", "consensus", "internal/img0001", "liver", "--method", "majority", "--adopt", "--reason", "c")
            #expect(consensus.status == 0, "\(consensus.errors)")
            let made = try await export("made", "liver", "Task03_Liver")
            #expect(try await exports("dataset", "internal").map { $0["id"] as? Int } == [spleens, made])

            // The exports of a subject are those of its volumes, in every dataset.
            let subjects = try await bench.lacuna("subject", "list", "--dataset", "internal", "--json").rows()
                .compactMap { $0["name"] as? String }
            try #require(subjects.count == 2)
            let shared = try await exports("subject", subjects[0]).compactMap { $0["id"] as? Int }
            #expect(shared == [livers, spleens, made])
            #expect(try await exports("subject", subjects[1]).map { $0["id"] as? Int } == [spleens])
        }
    }

    @Test func verifyAcceptsTheTombstonesOfAPurge() async throws {
        try await Workbench.with { bench in
            try await importTwo(bench)
            let early = try await bench.lacuna("dataset", "purge", "internal", "--yes", "--reason", "x")
            #expect(early.status == 5)
            #expect(try await bench.lacuna("dataset", "remove", "internal", "--yes", "--reason", "x").status == 0)
            let listed = try await bench.lacuna("dataset", "purge", "internal", "--json").object()
            let objects = try #require(listed["objects"] as? [[String: Any]])
            #expect(objects.count == 2)
            let files = objects.compactMap { $0["file"] as? String }
            #expect(files.allSatisfy { FileManager.default.fileExists(atPath: $0) })
            let purged = try await bench.lacuna("dataset", "purge", "internal", "--yes", "--reason", "x", "--json")
            #expect(purged.status == 0, "\(purged.errors)")
            #expect(!files.contains { FileManager.default.fileExists(atPath: $0) })
            try FileManager.default.removeItem(atPath: "\(bench.folder)/data/internal")
            let verified = try await bench.lacuna("verify", "--read-data", "--json")
            #expect(verified.status == 0)
            #expect(try verified.rows().isEmpty)
            let restored = try await bench.lacuna("dataset", "restore", "internal", "--reason", "x")
            #expect(restored.status == 5)
            #expect(restored.errors.contains("dataset of another name"))
        }
    }

    @Test func purgedSubjectsCannotBeRestored() async throws {
        try await Workbench.with { bench in
            try await importTwo(bench)
            let name = try #require(
                try await bench.lacuna("subject", "list", "--dataset", "internal", "--json").rows().last?["name"]
                    as? String)
            for act in ["remove", "purge"] {
                let ending = try await bench.lacuna("subject", act, name, "--yes", "--reason", "consent")
                #expect(ending.status == 0, "\(ending.errors)")
            }
            let restored = try await bench.lacuna("subject", "restore", name, "--reason", "x")
            #expect(restored.status == 5)
            #expect(restored.errors.contains("scans of a purged subject cannot be imported"), "\(restored.errors)")
            #expect(!restored.errors.contains("another name"))
            // Its scans are quarantined under another name too; those of a purged dataset are not.
            let path = "\(bench.folder)/data/internal"
            #expect(try await bench.lacuna("dataset", "import", path, "--name", "again").status == 4)
            #expect(try await bench.lacuna("coverage", "--json").rows().first?["volumes"] as? Int == 2)
            for act in ["remove", "purge"] {
                let ending = try await bench.lacuna("dataset", act, "Task03_Liver", "--yes", "--reason", "licence")
                #expect(ending.status == 0, "\(ending.errors)")
            }
            let liver = "\(bench.folder)/data/Task03_Liver"
            #expect(try await bench.lacuna("dataset", "import", liver, "--name", "bought").status == 0)
            let rows = try await bench.lacuna("coverage", "--json").rows()
            #expect(rows.first { $0["organ"] as? String == "liver" }?["annotated"] as? Int == 2)
            #expect(try await bench.lacuna("verify", "--read-data").status == 0)
        }
    }

    @Test func subjectsAndVolumesAreWithheldAndRestored() async throws {
        try await Workbench.with { bench in
            try await importTwo(bench)
            let excluded = try await bench.lacuna(
                "volume", "exclude", "internal/img0002", "--reason", "motion", "--json")
            #expect(try excluded.object()["withheld"] as? String == "excluded: motion")
            let shown = try await bench.lacuna("volume", "show", "internal/img0002", "--json").object()
            #expect(shown["withheld"] as? String == "excluded: motion")
            #expect((shown["labels"] as? [Any])?.isEmpty == true)
            let subjects = try await bench.lacuna("subject", "list", "--json").rows()
            #expect(subjects.compactMap { $0["removed"] as? String } == ["excluded: motion"])
            let included = try await bench.lacuna("volume", "include", "internal/img0002", "--reason", "fine", "--json")
            #expect(try included.object()["withheld"] is NSNull)

            let name = try #require(
                try await bench.lacuna("subject", "list", "--dataset", "internal", "--json").rows().last?["name"]
                    as? String)
            let removed = try await bench.lacuna("subject", "remove", name, "--yes", "--reason", "consent", "--json")
            #expect(removed.status == 0, "\(removed.errors)")
            #expect(try await bench.lacuna("coverage", "--json").rows().first?["volumes"] as? Int == 2)
            #expect(try await bench.lacuna("subject", "restore", name, "--reason", "given").status == 0)
            #expect(try await bench.lacuna("coverage", "--json").rows().first?["volumes"] as? Int == 3)
            #expect(try await bench.lacuna("subject", "remove", "nobody").status == 3)
        }
    }

    @Test func aVolumeIsNamedByARelativeAndByAnAbsolutePath() async throws {
        try await Workbench.with { bench in
            try await importTwo(bench)
            let images = "\(bench.folder)/data/internal/RawData/Training/img"
            for (name, source) in [("img0001.nii.gz", "img0001"), ("\(images)/img0002.nii.gz", "img0002")] {
                let id = try await bench.lacuna("volume", "show", "internal/\(source)", "--json").object()["id"] as? Int
                for (verb, withheld) in [("exclude", "excluded: motion"), ("include", nil)] as [(String, String?)] {
                    let arguments = ["volume", verb, name, "--reason", "motion", "--json"]
                    let ending = try await bench.start(arguments, folder: images).end()
                    #expect(ending.status == 0, "\(ending.errors)")
                    let volume = try ending.object()
                    #expect(volume["volume"] as? Int == id && volume["changed"] as? Bool == true)
                    #expect(volume["withheld"] as? String == withheld)
                }
                let shown = try await bench.start(["volume", "show", name, "--json"], folder: images).end()
                #expect(try shown.object()["id"] as? Int == id)
            }
        }
    }
}
