import Foundation
import Phantoms
import TestSupport
import Testing

/// Organs that the user adds, and releases that mean a variant by an organ's name.
@Suite struct OrganTests {
    private func addOrgans(_ bench: Workbench, _ lines: String...) async throws -> Ending {
        let file = bench.folder + "/organs.csv"
        try (lines.joined(separator: "\n") + "\n").write(toFile: file, atomically: true, encoding: .utf8)
        return try await bench.lacuna("organ", "import", file, "--json")
    }

    @Test func relationsOfAddedOrgansAreKeptAndListed() async throws {
        try await Workbench.with { bench in
            let added = try await addOrgans(
                bench, "key,name,side,part_of,division_of,overlaps,variant_of,lesion_of",
                "ureter,Ureters,,,,urinary_bladder;kidney,,", "ureter_left,Left ureter,left,,ureter,,,",
                "ureter_right,Right ureter,right,,ureter,,,", "aorta_short,\"Aorta, below the diaphragm\",,,,,arota,",
                "ureter_stone,Stone,,,,,,ureter")
            #expect(added.status == 0, "\(added.errors)")
            let rows = try await bench.lacuna("organ", "list", "--json").rows()
            func row(_ organ: String) throws -> [String: Any] {
                try #require(rows.first { $0["organ"] as? String == organ })
            }
            #expect(try row("ureter")["overlaps"] as? [String] == ["kidney", "urinary_bladder"].sorted(by: >))
            #expect(try row("kidney")["overlaps"] as? [String] == ["ureter"])
            #expect(try row("ureter_left")["divisionOf"] as? [String] == ["ureter"])
            #expect(try row("ureter_left")["laterality"] as? String == "left")
            #expect(try row("aorta_short")["variantOf"] as? String == "aorta")
            #expect(try row("aorta_short")["partOf"] as? [String] == [])
            #expect(try row("ureter_stone")["lesionOf"] as? String == "ureter")
            #expect(try row("ureter_stone")["lesion"] as? Bool == true)
            let shown = try await bench.lacuna("organ", "show", "aorta", "--json").object()
            #expect(shown["variants"] as? [String] == ["aorta_short"])

            // The list is a file that can be imported; this catalogue has all of its organs.
            let list = bench.folder + "/list.csv"
            try await bench.lacuna("organ", "list", "--csv").output.write(
                toFile: list, atomically: true, encoding: .utf8)
            let again = try await bench.lacuna("organ", "import", list, "--json")
            #expect(again.status == 0, "\(again.errors)")
            #expect(try again.object()["added"] as? Int == 0)
            #expect(try await bench.lacuna("organ", "list", "--json").rows().count == rows.count)
            // The organs of a second file follow those of the first.
            #expect(try await addOrgans(bench, "key,name", "odd,Odd").status == 0)
            // An added organ that divides into two sides can be partitioned.
            let split = try await bench.lacuna("organ", "partition", "ureter")
            #expect(split.status == 0 && split.errors.contains("No volume has a label"), "\(split.errors)")
        }
    }

    /// As a spreadsheet writes it: a byte order mark, and carriage returns at the ends of lines.
    @Test func aFileFromASpreadsheetIsRead() async throws {
        try await Workbench.with { bench in
            let file = bench.folder + "/organs.csv"
            let text = "\u{feff}key,name,synonyms\r\nureter,Ureters,harnleiter\r\n\r\nodd,Odd,\r\n"
            try Data(text.utf8).write(to: URL(filePath: file))
            let added = try await bench.lacuna("organ", "import", file, "--json")
            #expect(added.status == 0, "\(added.errors)")
            #expect(try added.object()["added"] as? Int == 2)
            let shown = try await bench.lacuna("organ", "show", "Harnleiter", "--json").object()
            #expect(shown["organ"] as? String == "ureter")
        }
    }

    @Test func aFolderOrAnotherEncodingIsRefused() async throws {
        try await Workbench.with { bench in
            let folder = try await bench.lacuna("organ", "import", bench.folder)
            #expect(folder.status == 3)
            #expect(folder.errors.contains("the file cannot be read"), "\(folder.errors)")
            let file = bench.folder + "/organs.csv"
            try Data(Array("key,name\nureter,Gef".utf8) + [0xe4, 0xdf, 0x0a]).write(to: URL(filePath: file))
            let refused = try await bench.lacuna("organ", "import", file)
            #expect(refused.status == 3)
            #expect(refused.errors.contains("not UTF-8") && refused.errors.contains(file), "\(refused.errors)")
        }
    }

    @Test func inconsistentOrgansAreRefused() async throws {
        try await Workbench.with { bench in
            for (header, line, problem) in [
                ("key,name,variant_of", "x,X,x", "variant"), ("key,name,part_of", "x,X,x", "part"),
                ("key,name,variant_of", "x,X,liver;spleen", "variant of only one"),
                ("key,name,synonyms", "x,X,hepar", "hepar"), ("key,name,variant_of", "x,X,moon", "moon"),
                ("key,name", "X,X", "lower case"),
            ] {
                let refused = try await addOrgans(bench, header, line)
                #expect(refused.status == 3, "\(line): \(refused.errors)")
                #expect(refused.errors.contains(problem), "\(refused.errors)")
            }
            #expect(try await bench.lacuna("organ", "show", "x").status == 3)
        }
    }

    /// The aorta of one dataset is recorded as a variant, that of the other as the aorta.
    @Test func aReleaseMayMeanAVariantByTheNameOfAnOrgan() async throws {
        try await Workbench.with { bench in
            #expect(try await addOrgans(bench, "key,name,variant_of", "aorta_short,Short aorta,aorta").status == 0)
            let plain = try PhantomData.write(.btcv, "plain", scans: 1...1, in: bench)
            let short = try PhantomData.write(.btcv, "short", scans: 2...2, in: bench)
            #expect(try await bench.lacuna("dataset", "import", plain).status == 0)
            for (means, problem) in [("aorta=liver", "no variant"), ("moon=liver", "moon"), ("aorta", "ORGAN=VARIANT")]
            {
                let refused = try await bench.lacuna("dataset", "import", short, "--means", means)
                #expect([2, 3].contains(refused.status))
                #expect(refused.errors.contains(problem), "\(refused.errors)")
            }
            let imported = try await bench.lacuna("dataset", "import", short, "--means", "aorta=aorta_short")
            #expect(imported.status == 0, "\(imported.errors)")
            let again = try await bench.lacuna("dataset", "import", short, "--means", "aorta=aorta_short", "--json")
            #expect(again.status == 0 && again.output.contains("unchanged"), "\(again.output)")
            let rows = try await bench.lacuna("coverage", "--by", "dataset", "--json").rows()
            func annotated(_ organ: String, _ dataset: String) -> Int? {
                rows.first { $0["organ"] as? String == organ && $0["dataset"] as? String == dataset }?["annotated"]
                    as? Int
            }
            #expect(annotated("aorta", "plain") == 1 && annotated("aorta_short", "plain") == 0)
            #expect(annotated("aorta", "short") == 0 && annotated("aorta_short", "short") == 1)
            #expect(annotated("liver", "short") == 1)

            // An export keeps them separate too, unless a class mapping combines them.
            for (number, more, count) in [
                ("8", [] as [String], 1), ("9", ["--class-mapping", "aorta=aorta,aorta_short"], 2),
            ] {
                let export = try await bench.start(
                    [
                        "export", "nnunet", "--output", bench.folder, "--dataset-id", number, "--name", "A", "--organs",
                        "aorta", "--json",
                    ] + more
                ).end()
                #expect(export.status == 0, "\(export.errors)")
                let organs = try #require(try export.object()["organs"] as? [[String: Any]])
                #expect(organs[0]["annotated"] as? Int == count)
            }
            let refused = try await bench.lacuna(
                "export", "nnunet", "--output", bench.folder, "--dataset-id", "10", "--name", "A", "--organs", "aorta",
                "--class-mapping", "aorta=liver")
            #expect(refused.status == 3 && refused.errors.contains("not a variant"), "\(refused.errors)")
        }
    }

    @Test func anOrganWithoutLabelFileCannotBeComplete() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...1, in: bench)
            let revision = try await bench.revision()
            let refused = try await bench.lacuna("dataset", "import", path, "--complete", "liver,urinary_bladder")
            #expect(refused.status == 3, "\(refused.errors)")
            #expect(refused.errors.contains("urinary_bladder") && refused.errors.contains("remedy"))
            #expect(try await bench.revision() == revision)
            let map = bench.folder + "/set.yaml"
            try "values: {1: spleen, 6: liver}\ncomplete: [liver, brain]\n".write(
                toFile: map, atomically: true, encoding: .utf8)
            let mapped = try await bench.lacuna("dataset", "import", path, "--map", map)
            #expect(mapped.status == 3)
            #expect(mapped.errors.contains("brain"), "\(mapped.errors)")
            #expect(try await bench.lacuna("dataset", "import", path, "--complete", "liver,spleen").status == 0)
        }
    }

    /// One release with different origins by organ: labels of a model are pseudo, the others annotated, and a second import changes
    /// nothing.
    @Test func originsByOrganReachTheCatalogue() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...1, in: bench)
            let map = bench.folder + "/set.yaml"
            let others = [2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13].map { "  \($0): ignore" }.joined(separator: "\n")
            try """
            release: mixed
            values:
              1: spleen
              6: liver
            \(others)
            origin: {default: expert, spleen: model}
            """.write(toFile: map, atomically: true, encoding: .utf8)
            let imported = try await bench.lacuna("dataset", "import", path, "--map", map)
            #expect(imported.status == 0, "\(imported.errors)")
            let states = try await bench.lacuna("mask", "list", "--json").rows().map {
                [$0["organ"], $0["status"], $0["origin"]].map { $0 as? String ?? "" }.joined(separator: " ")
            }
            #expect(states == ["liver annotated expert", "spleen pseudo model"])
            let coverage = try await bench.lacuna("coverage", "--json").rows()
            let spleen = try #require(coverage.first { $0["organ"] as? String == "spleen" })
            #expect((spleen["byOrigin"] as? [String: Int])?["model"] == 1)
            let count = try await bench.count(Counting())
            #expect(try await bench.lacuna("dataset", "import", path, "--map", map).status == 0)
            #expect(
                try await bench.count(Counting()) == count,
                "a model's label with unknown voxels does not change")
        }
    }

    @Test func anOrganIsNotAbsentWhileAPartOfItIsThere() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...1, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            let refused = try await bench.lacuna(
                "label", "set", "1", "kidney", "absent", "--override", "--reason", "removed")
            #expect(refused.status == 5, "\(refused.errors)")
            #expect(refused.errors.contains("kidney_right absent --override"), "\(refused.errors)")
            for organ in ["kidney_right", "kidney_left", "kidney"] {
                let set = try await bench.lacuna(
                    "label", "set", "1", organ, "absent", "--override", "--reason", "removed")
                #expect(set.status == 0, "\(set.errors)")
            }
        }
    }

    /// Annotations of named raters are taken back too.
    @Test func unlabelledTakesBackTheAnnotationsOfEveryRater() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.msd(.spleen, lesions: false), "Task09_Spleen", scans: 1...1, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            let file = bench.folder + "/spleen.nii.gz"
            #expect(try await bench.lacuna("mask", "export", "1", "spleen", "--output", file).status == 0)
            #expect(
                try await bench.lacuna("mask", "import", "1", "spleen", file, "--rater", "ab", "--reason", "x").status
                    == 0)
            #expect(
                try await bench.lacuna("mask", "import", "1", "spleen", file, "--rater", "consensus", "--reason", "x")
                    .status == 2)
            let mask = try await bench.lacuna("mask", "list", "--json").rows().first?["id"] as? Int
            let set = try await bench.lacuna(
                "label", "set", "1", "spleen", "unlabelled", "--override", "--reason", "x")
            #expect(set.status == 0, "\(set.errors)")
            #expect(try await bench.lacuna("mask", "list", "--json").rows().isEmpty)
            #expect(try await bench.lacuna("label", "restore", "1", "spleen", "--reason", "x").status == 0)
            #expect(try await bench.lacuna("mask", "list", "--json").rows().first?["id"] as? Int == mask)
        }
    }

    /// Such an organ would make `background` of every description an organ, and cannot be removed.
    @Test func reservedWordsAndUnusableNamesAreRefused() async throws {
        try await Workbench.with { bench in
            let words = [
                "background", "ignore", "ignored", "all", "none", "present", "absent", "unknown", "unlabelled",
                "pseudo",
                "annotated", "any", "other", "null",
            ]
            for (line, problem) in words.map({ ("\($0),X,", "reserved") }) + [
                ("x,Background,", "reserved"), ("x,X,BACKGROUND", "reserved"), ("x,X,ureter;Unknown", "reserved"),
                ("x,Liver,", "used for liver and x"), ("x,Hepar,", "used for liver and x"),
                ("x,\(String(repeating: "n", count: 201)),", "more than 200"),
                ("\(String(repeating: "k", count: 201)),X,", "more than 200"),
                ("x,X,\(String(repeating: "s", count: 10_000))", "more than 200"),
                ("x,X\u{202E}Y,", "invisible mark"),
            ] {
                let refused = try await addOrgans(bench, "key,name,synonyms", line)
                #expect(refused.status == 3, "\(line.prefix(40)): \(refused.errors)")
                #expect(refused.errors.contains(problem), "\(line.prefix(40)): \(refused.errors.prefix(400))")
                #expect(refused.errors.count < 400, "a long name is shortened")
            }
            #expect(try await bench.lacuna("organ", "show", "x").status == 3)
            let path = try SmallDataset.write("in", cases: ["a": SmallDataset.affine], in: bench)
            let imported = try await bench.lacuna("dataset", "import", path)
            #expect(imported.status == 0, "\(imported.errors)")
            let two = try await addOrgans(bench, "key,name", "one,Same name", "two,Same name")
            #expect(two.status == 3 && two.errors.contains("used for"), "\(two.errors)")
        }
    }
}
