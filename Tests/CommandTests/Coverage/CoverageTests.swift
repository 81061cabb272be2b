import Domain
import Phantoms
import TestSupport
import Testing

@Suite struct CoverageTests {
    private static let keys: Set = [
        "organ", "volumes", "annotated", "absent", "pseudo", "unlabelled", "medianConfidence", "heldOutDice",
        "softDice",
        "predictedDice", "diceLower", "diceUpper",
        "partial", "byOrigin", "unionKnown", "subjects",
    ]

    @Test(arguments: ["organ", "dataset", "split"])
    func jsonHasTheKeysOfTheContractAndAddsUp(_ grouping: String) async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(
                .totalSegmentator(classes: ["liver", "spleen", "prostate"], missingShare: 0.5), "partial",
                scans: 1...4, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            #expect(try await bench.lacuna("split", "create", "main", "--train", "partial").status == 0)
            let rows = try await bench.lacuna("coverage", "--by", grouping, "--json").rows()
            #expect(!rows.isEmpty)
            for row in rows {
                #expect(Set(row.keys) == Self.keys.union([grouping]))
                let parts = ["annotated", "absent", "pseudo", "unlabelled"].compactMap { row[$0] as? Int }
                #expect(parts.count == 4)
                #expect(parts.reduce(0, +) == row["volumes"] as? Int)
            }
        }
    }

    @Test func anOrganWithoutACompleteAnnotationIsReported() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(
                .totalSegmentator(classes: ["liver", "prostate"], missingShare: 0), "set", scans: 1...1, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path, "--origin", "model").status == 0)
            let table = try await bench.lacuna("coverage")
            #expect(table.status == 0)
            #expect(table.errors.contains("liver, prostate"))
            #expect(table.output.hasPrefix("organ"))
        }
    }

    /// Two datasets of one organ each have four rows, of which the table shows two.
    @Test func theTableHidesUnlabelledRowsAndCountsThem() async throws {
        try await Workbench.with { bench in
            #expect(try await bench.lacuna("dataset", "list").errors.contains("No dataset is imported yet"))
            for (layout, name, scan) in [
                (PhantomLayout.msd(.spleen, lesions: false), "Task09_Spleen", 1),
                (.msd(.liver, lesions: false), "Task03_Liver", 2),
            ] {
                let path = try PhantomData.write(layout, name, scans: scan...scan, in: bench)
                #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            }
            let table = try await bench.lacuna("coverage", "--by", "dataset")
            #expect(table.output.split(separator: "\n").count == 3, "\(table.output)")
            #expect(table.errors.contains("2 rows are not shown"), "\(table.errors)")
            #expect(try await bench.lacuna("coverage", "--by", "dataset", "--json").rows().count == 4)
            #expect(
                try await bench.lacuna("coverage", "--by", "dataset", "--csv").output.split(separator: "\n").count == 5)
        }
    }

    @Test func theNoteOnIncompleteOrgansIsShortened() async throws {
        try await Workbench.with { bench in
            let classes = Array(PhantomLayout.tellableClasses.prefix(14))
            let path = try PhantomData.write(
                .totalSegmentator(classes: classes, missingShare: 0), "set", scans: 1...1, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path, "--origin", "model").status == 0)
            let note = try await bench.lacuna("coverage").errors
            #expect(note.contains(" and \(classes.count - 12) more."), "\(note)")
        }
    }

    @Test func csvHasOneLineARow() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.msd(.spleen, lesions: false), "Task09_Spleen", scans: 1...1, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            let lines = try await bench.lacuna("coverage", "--csv").output.split(separator: "\n")
            #expect(lines.count == 2)
            #expect(lines.first?.hasPrefix("organ,volumes,annotated,absent,pseudo,unlabelled,medianConfidence") == true)
            #expect(lines.last?.hasPrefix("spleen,1,1,0,0,0,,") == true)
        }
    }

    @Test func anEarlierRevisionIsCounted() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "internal", scans: 1...2, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            let before = try await bench.revision()
            let refused = try await bench.lacuna(
                "label", "set", "internal/img0001", "spleen", "absent", "--reason", "removed")
            #expect(refused.status == 5, "an annotation is hidden only with --override")
            let corrected = try await bench.lacuna(
                "label", "set", "internal/img0001", "spleen", "absent", "--reason", "removed", "--override")
            #expect(corrected.status == 0)
            func spleen(_ arguments: String...) async throws -> [String: Any] {
                let ending = try await bench.start(["coverage", "--json"] + arguments).end()
                return try #require(try ending.rows().first { $0["organ"] as? String == "spleen" })
            }
            #expect(try await spleen()["absent"] as? Int == 1)
            #expect(try await spleen("--as-of", String(before))["absent"] as? Int == 0)
            #expect(try await bench.lacuna("coverage", "--as-of", "9999").status == 3)
        }
    }

    @Test func labelledPartsOfAMissingOrganAreReported() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "internal", scans: 1...1, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            let kidney = try await bench.lacuna("coverage", "--organ", "kidney")
            #expect(kidney.status == 0)
            #expect(kidney.errors.contains("--organ kidney_right --organ kidney_left"), "\(kidney.errors)")
            #expect(!kidney.errors.contains("Nothing is labelled"))
            #expect(try await bench.lacuna("coverage", "--organ", "kidney", "--json").errors.contains("kidney_left"))
            let brain = try await bench.lacuna("coverage", "--organ", "brain", "--organ", "liver")
            #expect(brain.errors.contains("Neither brain nor a part of it is labelled"), "\(brain.errors)")
            #expect(brain.output.contains("liver"))
            let rounds = try await bench.lacuna("coverage", "--by", "round")
            #expect(rounds.errors.contains("No round has been published yet"), "\(rounds.errors)")
        }
    }

    @Test func aDatasetShowsItsOwnLabelsAndCoverageAllLabelsOfItsVolumes() async throws {
        try await Workbench.with { bench in
            let liver = try PhantomData.write(.msd(.liver, lesions: false), "Task03_Liver", scans: 1...2, in: bench)
            let all = try PhantomData.write(.btcv, "internal", scans: 2...2, in: bench)
            for path in [liver, all] { #expect(try await bench.lacuna("dataset", "import", path).status == 0) }
            let organs = try #require(
                try await bench.lacuna("dataset", "show", "Task03_Liver", "--json").object()["organs"]
                    as? [[String: Any]])
            #expect(organs.compactMap { $0["organ"] as? String } == ["liver"])
            #expect(organs[0]["annotated"] as? Int == 2)
            #expect(organs[0]["unlabelled"] as? Int == 0)
            let coverage = try await bench.lacuna("coverage", "--by", "dataset", "--json").rows()
            let spleen = try #require(
                coverage.first { $0["dataset"] as? String == "Task03_Liver" && $0["organ"] as? String == "spleen" })
            #expect(spleen["annotated"] as? Int == 1)
            #expect(spleen["unlabelled"] as? Int == 1)
        }
    }
}
