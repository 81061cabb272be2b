import Domain
import Foundation
import Imaging
import Phantoms
import TestSupport
import Testing

/// Releases side by side, folders that move, and tables of subjects, through the program.
@Suite struct ReleaseTests {
    /// The label values of BTCV; with a map a release may have any name.
    static let values = """
        labels:
          1: spleen
          2: kidney_right
          3: kidney_left
          4: gallbladder
          5: esophagus
          6: liver
          7: stomach
          8: aorta
          9: inferior_vena_cava
          10: portal_vein_and_splenic_vein
          11: pancreas
          12: adrenal_gland_right
          13: adrenal_gland_left
        """

    @Test func aNewReleaseIsComparedWithTheOldOne() async throws {
        try await Workbench.with { bench in
            let old = try PhantomData.write(.btcv, "first", scans: 1...2, in: bench)
            let new = try PhantomData.write(.btcv, "second", scans: 1...3, in: bench)
            // The new release has a smaller liver in the first case and the same label in the second.
            let label = "\(new)/RawData/Training/label/label0001.nii.gz"
            let labels = try NIfTIReader().readLabels(label)
            try rewrite(labels, without: 6, dropping: 12, to: label)
            let map = "\(bench.folder)/map.yaml"
            try Self.values.write(toFile: map, atomically: true, encoding: .utf8)
            let first = try await bench.lacuna(
                "dataset", "import", old, "--name", "set", "--release", "a", "--map", map)
            #expect(first.status == 0, "\(first.errors)")
            let second = try await bench.lacuna(
                "dataset", "import", new, "--name", "set", "--release", "b", "--map", map)
            #expect(second.status == 0, "\(second.errors)")

            let diff = try await bench.lacuna("dataset", "diff", "set", "--release", "a", "--release", "b", "--json")
            #expect(diff.status == 0, "\(diff.errors)")
            let rows = try diff.rows()
            let changed = rows.filter { $0["case"] as? String == "img0001" }
            #expect(changed.map { $0["organ"] as? String } == ["liver"])
            #expect(changed[0]["change"] as? String == "mask")
            #expect(changed[0]["changedVoxels"] as? Int == 12)
            #expect((changed[0]["dice"] as? Double ?? 1) < 1)
            #expect(rows.allSatisfy { $0["case"] as? String != "img0002" })
            #expect(rows.first { $0["case"] as? String == "img0003" }?["change"] as? String == "case added")
            let all = try await bench.lacuna(
                "dataset", "diff", "set", "--release", "a", "--release", "b", "--all", "--json")
            #expect(try all.rows().count > rows.count)
            let shown = try await bench.lacuna("dataset", "diff", "set", "--release", "a", "--release", "b")
            let summary = "Cases: 1 added. Labels: 13 added, 1 with another mask, 25 unchanged."
            #expect(shown.errors.contains(summary), "\(shown.errors)")
            let unknown = try await bench.lacuna("dataset", "diff", "set", "--release", "a", "--release", "c")
            #expect(unknown.status == 3)
            #expect(unknown.errors.contains("a, b"))
        }
    }

    @Test func aMovedFolderIsAcceptedOnceEveryFileIsThere() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...2, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            let root = try #require(try await bench.lacuna("dataset", "list", "--json").rows()[0]["root"] as? String)
            let moved = bench.folder + "/elsewhere"
            try FileManager.default.moveItem(atPath: path, toPath: moved)
            let target = moved + root.dropFirst(path.count)
            #expect(try await bench.lacuna("verify").status == 6)

            let wrong = try await bench.lacuna("dataset", "relocate", "set", bench.folder, "--json")
            #expect(wrong.status == 3)
            #expect(try wrong.object()["changed"] as? Bool == false)
            let right = try await bench.lacuna("dataset", "relocate", "set", target, "--check", "all", "--json")
            #expect(right.status == 0, "\(right.errors)")
            #expect(try right.object()["hashed"] as? Int == 4)
            #expect(try right.object()["changed"] as? Bool == true)
            let same = try await bench.lacuna("dataset", "relocate", "set", target, "--json")
            #expect(same.status == 0)
            #expect(try same.object()["changed"] as? Bool == false)
            #expect(same.errors.contains("already the recorded folder"), "\(same.errors)")
            #expect(try await bench.lacuna("verify", "--read-data").status == 0)
            #expect(
                try await bench.lacuna("dataset", "import", moved, "--name", "set").errors.contains("Nothing changed"))

            // One file is removed, another is replaced by one of the same size.
            let image = "\(moved)/RawData/Training/img/img0002.nii.gz"
            try FileManager.default.removeItem(atPath: image)
            let back = try await bench.lacuna("dataset", "relocate", "set", target, "--json")
            #expect(back.status == 3)
            let problems = try #require(try back.object()["problems"] as? [[String: Any]])
            #expect(problems.map { $0["kind"] as? String } == ["missing"])
            #expect((problems[0]["file"] as? String)?.hasSuffix("img0002.nii.gz") == true)
            #expect(try await bench.lacuna("dataset", "relocate", "set", target, "--missing-ok").status == 4)
            let other = URL(filePath: "\(moved)/RawData/Training/img/img0001.nii.gz")
            var bytes = try Data(contentsOf: other)
            bytes[bytes.count - 1] ^= 1
            try bytes.write(to: other)
            let changed = try await bench.lacuna("dataset", "relocate", "set", target, "--missing-ok", "--json")
            #expect(changed.status == 3)
        }
    }

    @Test func aTableAssignsSubjectsToCases() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...3, in: bench)
            let table = bench.folder + "/subjects.csv"
            func write(_ text: String) throws { try text.write(toFile: table, atomically: true, encoding: .utf8) }
            for (text, problem) in [
                ("case,patient\n", "line 1"), ("case,subject\nimg0001\n", "line 2"),
                ("case,subject\nimg0001,p\n\nimg0001,q\n", "line 4"), ("case,subject\nimg0001,\n", "line 2"),
                ("case,subject\n\"img0001,p\n", "line 2"),
            ] {
                try write(text)
                let ending = try await bench.lacuna("dataset", "import", path, "--subjects", table)
                #expect(ending.status == 3)
                #expect(ending.errors.contains(problem), "\(ending.errors)")
                #expect(ending.errors.contains(table))
            }
            #expect(try await bench.count(Counting()) == 0)

            // First the subjects of the layout, then those of the table, by which two cases have one patient.
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            #expect(try await bench.lacuna("subject", "list", "--json").rows().count == 3)
            try write("subject,case,age\n\"p, 1\",img0001,40\n\"p, 1\",img0003,41\nz,img9999,9\n")
            let joined = try await bench.lacuna("dataset", "import", path, "--subjects", table, "--json")
            #expect(joined.status == 0, "\(joined.errors)")
            #expect(joined.output.contains("line 4: the dataset has no case img9999"))
            let names = try await bench.lacuna("subject", "list", "--json").rows().compactMap { $0["name"] as? String }
            #expect(names.count == 2)
            let shown = try await bench.lacuna("subject", "show", "set/p, 1", "--json").object()
            #expect((shown["volumes"] as? [Int])?.count == 2)
            #expect((shown["names"] as? [String])?.contains("set/p, 1") == true)
            let other = try await bench.lacuna(
                "subject", "join", names[0], names[1], "--yes", "--reason", "one patient", "--json")
            #expect(other.status == 0, "\(other.errors)")
            #expect(try await bench.lacuna("subject", "list", "--json").rows().count == 1)
            let same = try await bench.lacuna("subject", "join", "set/p, 1", names[0], "--yes", "--reason", "x")
            #expect(same.status == 3)
        }
    }

    /// As a spreadsheet writes it: a byte order mark, and carriage returns at the ends of lines.
    @Test func aTableFromASpreadsheetIsRead() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...2, in: bench)
            let table = bench.folder + "/subjects.csv"
            let text = "\u{feff}case,subject\r\nimg0001,p\r\nimg0002,p\r\n"
            try Data(text.utf8).write(to: URL(filePath: table))
            let imported = try await bench.lacuna("dataset", "import", path, "--subjects", table, "--json")
            #expect(imported.status == 0, "\(imported.errors)")
            #expect(!imported.output.contains("has no case"), "\(imported.output)")
            let shown = try await bench.lacuna("subject", "show", "set/p", "--json").object()
            #expect((shown["volumes"] as? [Int])?.count == 2)
        }
    }

    @Test func aTableInAnotherEncodingIsRefused() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...1, in: bench)
            let table = bench.folder + "/subjects.csv"
            // ISO 8859-1 for a name with an umlaut.
            try Data(Array("case,subject\nimg0001,M".utf8) + [0xfc, 0x0a]).write(to: URL(filePath: table))
            let refused = try await bench.lacuna("dataset", "import", path, "--subjects", table)
            #expect(refused.status == 3)
            #expect(refused.errors.contains("not UTF-8") && refused.errors.contains(table), "\(refused.errors)")
            #expect(try await bench.count(Counting()) == 0)
        }
    }

    @Test func aLabelFileWithOtherBytesAndTheSameVoxelsIsReadAgain() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...1, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            let label = "\(path)/RawData/Training/label/label0001.nii.gz"
            let labels = try NIfTIReader().readLabels(label)
            try rewrite(labels, without: 6, dropping: 0, to: label)
            let again = try await bench.lacuna("dataset", "import", path, "--json").object()
            #expect(again["unchanged"] as? Int == 0)
            #expect(again["newLabels"] as? Int == 0)
            #expect(try await bench.lacuna("dataset", "import", path, "--json").object()["unchanged"] as? Int == 1)
        }
    }

    /// Rewrites the labels with another compression level, without the first voxels of a value.
    private func rewrite(_ labels: LabelVolume, without value: Int, dropping count: Int, to path: String) throws {
        var voxels = [UInt8](repeating: 0, count: labels.shape.count)
        for region in labels.regions {
            let mask = labels.mask(of: [region.value])
            var dropped = 0
            for index in 0..<mask.shape.count where mask[index] {
                if region.value == value && dropped < count {
                    dropped += 1
                } else {
                    voxels[index] = UInt8(region.value)
                }
            }
        }
        try NIfTIWriter.write(.uint8(VoxelBuffer(voxels)), on: labels.grid, to: path, compressionLevel: 1)
    }
}
