import Domain
import Foundation
import Imaging
import Postgres
import TestSupport
import Testing

/// A set whose images are DICOM slices, through the program.
@Suite struct SeriesCommandTests {
    static let shape = GridShape(16, 12, 10)
    static let spacing = Vector3(2.0, 2.0, 2.5)

    /// Two cases of TCIA Pancreas-CT, by default of one patient in two studies.
    private func data(_ bench: Workbench, patients: [String] = ["P4711", "P4711"]) throws -> String {
        let root = "\(bench.folder)/data/pancreas"
        for (index, patient) in patients.enumerated() {
            let voxels = (0..<Self.shape.count).map { i in
                i % Self.shape.x < 3 ? Int16(-1000) : Int16((i * 7 + index * 31) % 200 - 50)
            }
            var stack = DICOMStack(
                shape: Self.shape, spacing: Self.spacing, origin: Vector3(-15, -11, -9), voxels: voxels)
            (stack.patient, stack.study, stack.series) = (patient, "1.2.3.\(index)", "1.2.3.\(index).1")
            try stack.write(to: "\(root)/Pancreas-CT/PANCREAS_000\(index + 1)/study/series")
            let labels = "\(root)/TCIA_pancreas_labels"
            try FileManager.default.createDirectory(atPath: labels, withIntermediateDirectories: true)
            var mask = BitVolume(Self.shape)
            for x in 6..<10 { mask[Self.shape.index(x, 5, 4 + index)] = true }
            let grid = ImageGrid(
                canonicalShape: Self.shape, canonicalAffine: .scaling(Self.spacing, origin: Vector3(-15, -11, -9)),
                storedAs: try #require(Orientation("LAS")))
            try NIfTIWriter.write(mask: mask, on: grid, to: "\(labels)/label000\(index + 1).nii.gz")
        }
        return root
    }

    /// The whole catalogue as text.
    private struct Everything: Statement {
        static let sql = "select schema_to_xml('lacuna', true, false, '')::text"
        func decode(_ row: PostgresRow) throws -> String { try row.decode(0) }
    }

    @Test func slicesAreImportedExportedAndVerified() async throws {
        try await Workbench.with { bench in
            let path = try data(bench)
            let first = try await bench.lacuna("dataset", "import", path, "--json")
            #expect(first.status == 0, "\(first.errors) \(first.output)")
            #expect(try first.object()["newVolumes"] as? Int == 2)
            #expect(try first.object()["layout"] as? String == "pancreasct")
            let again = try await bench.lacuna("dataset", "import", path, "--json")
            #expect(try again.object()["unchanged"] as? Int == 2)

            // The converted volumes can be rebuilt.
            let converted = "\(bench.home)/converted"
            #expect(try FileManager.default.contentsOfDirectory(atPath: converted).count == 2)
            try FileManager.default.removeItem(atPath: converted)
            let mask = "\(bench.folder)/mask.nii.gz"
            let export = try await bench.lacuna(
                "mask", "export", "pancreas/PANCREAS_0001", "pancreas", "--output", mask)
            #expect(export.status == 0, "\(export.errors)")
            let region = try #require(try NIfTIReader().readLabels(mask).region(of: 1))
            #expect(region.box == VoxelBox(lower: Vector3(6, 5, 4), upper: Vector3(10, 6, 5)))
            #expect(try FileManager.default.contentsOfDirectory(atPath: converted).count == 1)

            try await DescriptorCommandTests.remove("1, 2", bench)
            let computed = try await bench.lacuna("volume", "describe", "--json")
            #expect(computed.status == 0 && computed.errors.contains("2 of 2"), "\(computed.output)")

            let raw = try await bench.lacuna(
                "export", "nnunet", "--output", bench.folder, "--dataset-id", "7", "--name", "P", "--organs",
                "pancreas",
                "--images", "copy")
            #expect(raw.status == 0, "\(raw.errors)")
            let image = "\(bench.folder)/Dataset007_P/imagesTr/pancreas_PANCREAS_0001_0000.nii.gz"
            #expect(try NIfTIReader().readImage(image).shape == Self.shape)
            let verified = try await bench.lacuna("verify", "--read-data", "--json")
            #expect(verified.status == 0, "\(verified.output)")
            #expect(try verified.rows().isEmpty, "\(verified.output)")
        }
    }

    @Test func aPurgeRemovesTheConvertedVolumeAtOnce() async throws {
        try await Workbench.with { bench in
            let path = try data(bench, patients: ["P4711", "P4712"])
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            let converted = "\(bench.home)/converted"
            func volumes() throws -> [String] {
                try FileManager.default.contentsOfDirectory(atPath: converted).sorted()
            }
            let before = try volumes()
            #expect(before.count == 2)
            let rights = try FileManager.default.attributesOfItem(atPath: "\(converted)/\(before[0])")
            #expect(rights[.posixPermissions] as? Int == 0o600)
            let left = "\(converted)/.converting-abc"
            try FileManager.default.createDirectory(atPath: left, withIntermediateDirectories: false)
            let subject = "pancreas/PANCREAS_0001"
            let removed = try await bench.lacuna("subject", "remove", subject, "--yes", "--reason", "consent")
            try #require(removed.status == 0, "\(removed.errors)")
            let orphans = try await bench.lacuna("verify", "--json").rows().compactMap { $0["problem"] as? String }
            #expect(orphans == ["its series is of removed data; lacuna verify --sweep removes it"])
            let purged = try await bench.lacuna("subject", "purge", subject, "--yes", "--reason", "consent", "--json")
            #expect(purged.status == 0, "\(purged.errors)")
            let copies = try purged.object()["copies"] as? [[String: Any]] ?? []
            let destroyed = copies.filter { $0["what"] as? String == "converted" }.compactMap {
                $0["object"] as? String
            }
            #expect(destroyed.count == 1 && before.contains(destroyed[0]), "\(copies)")
            #expect(try volumes() == before.filter { $0 != destroyed[0] })
            #expect(try await bench.lacuna("verify", "--read-data", "--json").rows().isEmpty)
            for options in [["--dry-run"], ["--name", "again"], []] {
                let again = try await bench.start(["dataset", "import", path] + options).end()
                #expect(again.status != 1, "\(again.errors)")
                #expect(try !volumes().contains(destroyed[0]), "a purged series is not kept: \(options)")
            }
        }
    }

    @Test func changedSlicesAreFound() async throws {
        try await Workbench.with { bench in
            let path = try data(bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            let slice = URL(filePath: "\(path)/Pancreas-CT/PANCREAS_0001/study/series/i0004,0000b.dcm")
            var bytes = try Data(contentsOf: slice)
            bytes[bytes.count - 1] ^= 1
            try bytes.write(to: slice)
            #expect(try await bench.lacuna("verify").status == 0, "only reading finds it")
            #expect(try await bench.lacuna("verify", "--read-data").status == 6)
            try FileManager.default.removeItem(at: slice)
            let found = try await bench.lacuna("verify", "--json")
            #expect(found.status == 6)
            let rows = try found.rows()
            #expect(rows.map { $0["what"] as? String } == ["image"])
        }
    }

    @Test func seriesOfOnePatientAreOneSubjectAndNothingElseIsKept() async throws {
        try await Workbench.with { bench in
            let ending = try await bench.lacuna("dataset", "import", try data(bench))
            #expect(ending.status == 0)
            let subjects = try await bench.lacuna("subject", "list", "--json").rows()
            #expect(subjects.count == 1)
            #expect(ending.errors.contains("merged: 1"), "\(ending.errors)")
            #expect(!ending.output.contains("proves"), "nothing changed by it")
            let catalogue = try await bench.connection.one(Everything())
            #expect(catalogue.contains("source_series"))
            for secret in ["P4711", "DOE", "JANE", "1.2.3.", "19500102", "20010203", "Elsewhere"] {
                #expect(!catalogue.contains(secret) && !(ending.output + ending.errors).contains(secret), "\(secret)")
            }
        }
    }

    @Test(arguments: [["P4711", "P4712"], ["ANON", "ANON"]]) func otherPatientsStayApart(patients: [String])
        async throws
    {
        try await Workbench.with { bench in
            let path = try data(bench, patients: patients)
            let ending = try await bench.lacuna("dataset", "import", path)
            let subjects = try await bench.lacuna("subject", "list", "--json").rows()
            #expect(ending.status == 0 && subjects.count == 2)
        }
    }

    /// Cases by subject, as `CASE,CASE`.
    private func subjects(_ bench: Workbench) async throws -> Set<String> {
        let rows = try await bench.lacuna("volume", "list", "--json").rows()
        let pairs = rows.compactMap { row -> (String, String)? in
            guard let subject = row["subject"] as? String, let sources = row["sources"] as? [[String: Any]],
                let name = sources.first?["case"] as? String
            else { return nil }
            return (subject, name)
        }
        return Set(Dictionary(grouping: pairs, by: \.0).values.map { $0.map(\.1).sorted().joined(separator: ",") })
    }

    @Test func aPlaceholderOfManyPatientsIsReportedAndNotUsed() async throws {
        try await Workbench.with { bench in
            let path = try data(bench, patients: ["P4711", "P4711", "P4711", "P4711"])
            for options in [["--dry-run"], [], []] {
                let ending = try await bench.start(["dataset", "import", path] + options).end()
                #expect(
                    ending.status == 0 && ending.output.contains("4 cases share one patient identifier"),
                    "\(ending.output)")
                #expect(ending.output.contains("--subjects"))
            }
            #expect(try await subjects(bench).count == 4)
        }
    }

    @Test func aLaterTableTakesAJoinByIdentifierApart() async throws {
        try await Workbench.with { bench in
            let path = try data(bench, patients: ["P4711", "P4711", "P9912"])
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            let joined = ["PANCREAS_0001,PANCREAS_0002", "PANCREAS_0003"]
            #expect(try await subjects(bench) == Set(joined))
            let table = "\(bench.folder)/s.csv"
            try "case,subject\nPANCREAS_0001,a\nPANCREAS_0002,b\nPANCREAS_0003,b\n".write(
                toFile: table, atomically: true, encoding: .utf8)
            let dry = try await bench.lacuna("dataset", "import", path, "--subjects", table, "--dry-run")
            #expect(dry.output.contains("taken apart"), "\(dry.output) \(dry.errors)")
            #expect(try await subjects(bench) == Set(joined))
            let ending = try await bench.lacuna("dataset", "import", path, "--subjects", table)
            #expect(ending.status == 0 && ending.output.contains("taken apart"), "\(ending.output) \(ending.errors)")
            #expect(try await subjects(bench) == ["PANCREAS_0001", "PANCREAS_0002,PANCREAS_0003"])
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            #expect(try await subjects(bench) == ["PANCREAS_0001", "PANCREAS_0002,PANCREAS_0003"])
        }
    }

    @Test func aJoinIsTakenApartAfterAPreview() async throws {
        try await Workbench.with { bench in
            let path = try data(bench)
            #expect(try await bench.lacuna("dataset", "import", path).output.contains("2 cases share one patient"))
            let name = "pancreas/PANCREAS_0001"
            let preview = try await bench.lacuna("subject", "split", name, "--json")
            #expect(preview.status == 0, "\(preview.errors)")
            #expect(try preview.object()["changed"] as? Bool == false)
            #expect(try preview.object()["separatedVolumes"] as? [Int] == [2])
            #expect(try await bench.lacuna("subject", "split", name, "--yes").status == 2, "a reason is required")
            #expect(try await subjects(bench).count == 1)
            let done = try await bench.lacuna("subject", "split", name, "--yes", "--reason", "two people", "--json")
            #expect(try done.object()["cause"] as? String == "patient")
            #expect(try await subjects(bench).count == 2)
            let none = try await bench.lacuna("subject", "split", name)
            #expect(none.status == 5 && none.errors.contains("--volume"), "\(none.errors)")
            let again = try await bench.lacuna("dataset", "import", path)
            #expect(again.output.contains("taken apart before"), "\(again.output)")
            #expect(try await subjects(bench).count == 2)

            let other = "pancreas/PANCREAS_0002"
            let join = try await bench.lacuna("subject", "join", name, other, "--json")
            #expect(try join.object()["changed"] as? Bool == false && join.errors.contains("--yes"))
            #expect(try await subjects(bench).count == 2)
            #expect(try await bench.lacuna("subject", "join", name, other, "--yes", "--reason", "x").status == 0)
            let volume = try await bench.lacuna(
                "subject", "split", name, "--volume", other, "--yes", "--reason", "x", "--json")
            #expect(volume.status == 0, "\(volume.errors)")
            #expect(try await subjects(bench).count == 2)
        }
    }

    private func table(_ rows: [String], _ bench: Workbench) throws -> String {
        let path = "\(bench.folder)/t.csv"
        let lines = rows.enumerated().map { "PANCREAS_000\($0 + 1),\($1)\n" }
        try ("case,subject\n" + lines.joined()).write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    /// The problems of findings about the whole dataset.
    private func findings(_ ending: Ending) throws -> [String] {
        let rows = try #require(try ending.object()["cases"] as? [[String: Any]])
        return rows.filter { $0["case"] as? String == nil }
            .compactMap { $0["problem"] as? String }
    }

    @Test func aCorrectedTableRenamesAndTheDryRunSaysSo() async throws {
        try await Workbench.with { bench in
            let path = try data(bench, patients: ["P4711", "P4712", "P4713"])
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            for keys in [
                ["s", "t", "u"], ["t", "s", "u"], ["PANCREAS_0003", "s", "u"], ["s", "s", "u"], ["a", "b", "b"],
            ] {
                let table = try table(keys, bench)
                let dry = try await bench.lacuna(
                    "dataset", "import", path, "--subjects", table, "--dry-run", "--json")
                let real = try await bench.lacuna("dataset", "import", path, "--subjects", table, "--json")
                #expect(dry.status == 0 && real.status == 0, "\(dry.errors) \(real.errors)")
                #expect(try findings(dry) == findings(real), "\(keys)")
                #expect(try !findings(real).isEmpty, "\(keys)")
                let labels = try #require(try dry.object()["labels"] as? [[String: Any]])
                #expect(labels.compactMap { $0["subject"] as? String } == keys)
                let rows = try await bench.lacuna("subject", "list", "--json").rows()
                #expect(Set(rows.compactMap { $0["name"] as? String }) == Set(keys.map { "pancreas/\($0)" }))
                for (index, key) in keys.enumerated() {
                    let shown = try await bench.lacuna("subject", "show", "pancreas/\(key)", "--json").object()
                    #expect((shown["volumes"] as? [Int])?.contains(index + 1) == true, "\(keys)")
                }
                let again = try await bench.lacuna("dataset", "import", path, "--subjects", table)
                #expect(again.errors.contains("Nothing changed"), "\(again.output)\(again.errors)")
            }
            #expect(try await bench.lacuna("dataset", "import", path).errors.contains("Nothing changed"))
        }
    }

    @Test(arguments: ["..", "a/b", String(repeating: "L", count: 300)]) func aSubjectHasAShortPlainName(name: String)
        async throws
    {
        try await Workbench.with { bench in
            let path = try data(bench)
            let ending = try await bench.lacuna("dataset", "import", path, "--subjects", try table(["x", name], bench))
            #expect(ending.status == 3 && ending.errors.contains("line 3"), "\(ending.errors)")
        }
    }

    @Test func anIdentifierOfManyLosesTheJoinsThatItMade() async throws {
        try await Workbench.with { bench in
            let all = Array(repeating: "QQ5511", count: 5)
            let path = try data(bench, patients: Array(all.prefix(3)))
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            #expect(try await subjects(bench).count == 1)
            _ = try data(bench, patients: all)
            let dry = try await bench.start(["dataset", "import", path, "--dry-run"]).end()
            #expect(dry.output.contains("improbably many subjects (5)"), "\(dry.output)")
            let ending = try await bench.start(["dataset", "import", path]).end()
            #expect(ending.output.contains("improbably many subjects (5)"), "\(ending.output)")
            #expect(ending.output.contains("taken apart"), "\(ending.output)")
            #expect(try await subjects(bench).count == 5, "as if all had been imported at once")
        }
    }

    @Test func aSplitOfTheVolumesOfOneSideTakesTheJoinApart() async throws {
        try await Workbench.with { bench in
            let path = try data(bench, patients: ["P4711", "P4712"])
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            let names = ["pancreas/PANCREAS_0001", "pancreas/PANCREAS_0002"]
            for side in names {
                let join = try await bench.lacuna("subject", "join", names[0], names[1], "--yes", "--reason", "x")
                #expect(join.status == 0, "\(join.errors)")
                let split = try await bench.lacuna(
                    "subject", "split", names[0], "--volume", side, "--yes", "--reason", "y", "--json")
                let cause = try split.object()["cause"] as? String
                #expect(split.status == 0 && cause == "person", "\(split.errors)")
                for (index, name) in names.enumerated() {
                    let shown = try await bench.lacuna("subject", "show", name, "--json").object()
                    #expect(shown["name"] as? String == name && shown["volumes"] as? [Int] == [index + 1])
                }
            }
        }
    }

    @Test func movedSlicesAreFollowed() async throws {
        try await Workbench.with { bench in
            let path = try data(bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            let moved = "\(bench.folder)/elsewhere"
            try FileManager.default.moveItem(atPath: path, toPath: moved)
            let ending = try await bench.lacuna("dataset", "relocate", "pancreas", moved, "--check", "all")
            #expect(ending.status == 0, "\(ending.output) \(ending.errors)")
            #expect(try await bench.lacuna("verify", "--read-data").status == 0)
        }
    }
}
