import Domain
import Foundation
import Imaging
import Phantoms
import TestSupport
import Testing

/// Corrections of labels through the command line.
@Suite struct CorrectionTests {
    /// One scan with two livers: LiTS's and the internal one.
    private func importTwice(_ bench: Workbench, orientation: String = "LPS") async throws {
        let liver = try PhantomData.write(
            .msd(.liver, lesions: false), "Task03_Liver", scans: 1...1, in: bench, orientation: orientation)
        let all = try PhantomData.write(.btcv, "internal", scans: 1...1, in: bench, orientation: orientation)
        for path in [liver, all] { #expect(try await bench.lacuna("dataset", "import", path).status == 0) }
    }

    /// The current liver without its first voxels, in a file on the image's grid.
    private func edited(_ bench: Workbench, dropping count: Int, name: String = "edit") async throws -> String {
        let exported = "\(bench.folder)/\(name).exported.nii.gz"
        let export = try await bench.lacuna("mask", "export", "1", "liver", "--output", exported)
        #expect(export.status == 0, "\(export.errors)")
        let labels = try NIfTIReader().readLabels(exported)
        var mask = labels.mask(of: [1])
        for index in (0..<mask.shape.count).filter({ mask[$0] }).prefix(count) { mask[index] = false }
        let path = "\(bench.folder)/\(name).nii.gz"
        try NIfTIWriter.write(mask: mask, on: labels.grid, to: path)
        return path
    }

    @Test(arguments: ["RAS", "LPS", "LAS"])
    func aPersonsMaskIsImportedComparedAndUndone(_ orientation: String) async throws {
        try await Workbench.with { bench in
            try await importTwice(bench, orientation: orientation)
            let before = try await bench.lacuna("mask", "list", "--organ", "liver", "--json").rows()
            let path = try await edited(bench, dropping: 10)
            let imported = try await bench.lacuna(
                "mask", "import", "1", "liver", path, "--rater", "r1", "--reason", "leak", "--json")
            #expect(imported.status == 0, "\(imported.errors)")
            let object = try imported.object()
            #expect(object["current"] as? Bool == true)
            #expect(object["voxels"] as? Int == (before[0]["voxels"] as? Int).map { $0 - 10 })
            let shown = try await bench.lacuna("mask", "show", String(try #require(object["mask"] as? Int)), "--json")
            #expect(try shown.object()["parent"] as? Int == before[0]["id"] as? Int)

            let pairs = try await bench.lacuna("mask", "compare", "1", "liver", "--json").rows()
            #expect(pairs.count == 3)
            #expect(pairs[0]["first"] as? String == "r1")
            #expect(pairs.map { $0["changedVoxels"] as? Int } == [10, 10, 0])
            #expect(pairs[2]["dice"] as? Double == 1)
            #expect(pairs[2]["surfaceDice"] as? Double == 1)

            let again = try await bench.lacuna(
                "mask", "import", "1", "liver", path, "--rater", "r1", "--reason", "x", "--json")
            #expect(try again.object()["changed"] as? Bool == false)
            let undone = try await bench.lacuna("label", "restore", "1", "liver", "--reason", "was right", "--json")
            #expect(try undone.object()["mask"] as? Int == before[0]["id"] as? Int)
            #expect(try await bench.lacuna("verify", "--read-data").status == 0)

            let events = try await bench.lacuna("mask", "history", "1", "liver", "--json").rows()
            #expect(events.suffix(2).map { $0["rater"] as? String } == ["r1", "r1"])
            #expect(events.first?["rater"] is NSNull)
            #expect(events.last?["status"] as? String == "unlabelled")
            #expect(events.last?["statusAfter"] as? String == "annotated")
            #expect(events.last?["maskAfter"] as? Int == before[0]["id"] as? Int)
            let account = String(cString: getpwuid(getuid()).pointee.pw_name)
            #expect(events.allSatisfy { $0["account"] as? String == account })
            let rows = try await bench.lacuna("lineage", "volume:1", "--json").rows()
            #expect(rows.first?["case"] as? String == before[0]["case"] as? String)
            #expect(before[0]["case"] as? String == "Task03_Liver/liver_1")
            let first = try #require(before[0]["id"] as? Int)
            let named = try await bench.lacuna(
                "mask", "compare", String(first), String(try #require(object["mask"] as? Int)), "--json"
            ).object()
            #expect((named["first"] as? String)?.hasPrefix("internal ") == true || named["first"] as? String == "r1")
            #expect(named["second"] as? String == "r1" && named["firstMask"] as? Int == first)
        }
    }

    @Test func aMaskThatDoesNotFitIsRefusedAndNothingIsRecorded() async throws {
        try await Workbench.with { bench in
            try await importTwice(bench)
            let revision = try await bench.revision()
            let good = try await edited(bench, dropping: 1)
            let labels = try NIfTIReader().readLabels(good)
            func write(_ name: String, _ mask: BitVolume, _ grid: ImageGrid) throws -> String {
                let path = "\(bench.folder)/\(name).nii"
                try NIfTIWriter.write(mask: mask, on: grid, to: path)
                return path
            }
            let empty = try write("empty", BitVolume(labels.shape), labels.grid)
            var affine = labels.grid.affine
            affine.translation = affine.translation + Vector3(8, 0, 0)
            let moved = try write(
                "moved", labels.mask(of: [1]), ImageGrid(shape: labels.grid.shape, affine: affine))
            for (file, problem) in [
                (empty, "--absent"), (moved, "its grid is not that of"), ("\(bench.folder)/none.nii", "none.nii"),
            ] {
                let ending = try await bench.lacuna("mask", "import", "1", "liver", file, "--reason", "x")
                #expect(ending.status == 3)
                #expect(ending.errors.contains(problem), "\(ending.errors)")
            }
            let full = try await bench.lacuna("mask", "import", "1", "liver", good, "--absent", "--reason", "x")
            #expect(full.status == 3)
            #expect(try await bench.revision() == revision)
            let absent = try await bench.lacuna(
                "mask", "import", "1", "liver", empty, "--absent", "--override", "--reason", "x", "--json")
            #expect(try absent.object()["status"] as? String == "absent")
            let rows = try await bench.lacuna("coverage", "--json").rows()
            #expect(rows.first { $0["organ"] as? String == "liver" }?["absent"] as? Int == 1)
        }
    }

    @Test func takingAnnotationsBackCanBeUndone() async throws {
        try await Workbench.with { bench in
            try await importTwice(bench)
            let before = try await bench.lacuna("mask", "list", "--json").output
            let set = try await bench.lacuna(
                "label", "set", "1", "liver", "unlabelled", "--override", "--reason", "wrong")
            #expect(set.status == 0)
            let undone = try await bench.lacuna("label", "restore", "1", "liver", "--reason", "was right", "--json")
                .object()
            #expect(undone["status"] as? String == "annotated")
            let after = try await bench.lacuna("mask", "list", "--json").rows()
            let masks = after.map { $0["id"] as? Int }
            let original = try JSONSerialization.jsonObject(with: Data(before.utf8)) as? [[String: Any]]
            #expect(masks == original?.map { $0["id"] as? Int })
            let nothing = try await bench.lacuna("label", "restore", "1", "spleen", "--reason", "x", "--json")
            #expect(try nothing.object()["changed"] as? Bool == false)
        }
    }

    @Test(arguments: ["majority", "staple"])
    func aConsensusIsAProposalUntilItIsAdopted(_ method: String) async throws {
        try await Workbench.with { bench in
            try await importTwice(bench)
            let path = try await edited(bench, dropping: 10)
            #expect(
                try await bench.lacuna(
                    "mask", "import", "1", "liver", path, "--rater", "r1", "--origin", "assisted", "--reason", "x"
                ).status == 0)
            let coverage = try await bench.lacuna("coverage", "--json").output
            let proposed = try await bench.lacuna(
                "mask", "consensus", "1", "liver", "--method", method, "--reason", "three differ", "--json")
            #expect(proposed.status == 0, "\(proposed.errors)")
            let object = try proposed.object()
            #expect(object["current"] as? Bool == false)
            #expect((object["inputs"] as? [Int])?.count == 3)
            #expect(try await bench.lacuna("coverage", "--json").output == coverage)
            let whole =
                try await bench.lacuna("mask", "list", "--organ", "liver", "--json").rows().first?["voxels"] as? Int
            #expect(object["voxels"] as? Int == whole, "two of the three masks have every voxel")
            let id = String(try #require(object["mask"] as? Int))
            let behind = try await bench.lacuna("lineage", id, "--json").rows()
            #expect(behind.count { $0["via"] as? String == "computed from" } == 3)
            // The internal dataset first; a consensus counts as a person's annotation, which comes before all datasets.
            #expect(
                try await bench.lacuna(
                    "mask", "policy", "set", "datasets", "--dataset", "internal", "--reason", "ours"
                ).status == 0)
            let adopted = try await bench.lacuna(
                "mask", "consensus", "1", "liver", "--method", method, "--adopt", "--reason", "x", "--json")
            #expect(try adopted.object()["changed"] as? Bool == true)
            let current = try await bench.lacuna("mask", "list", "--organ", "liver", "--json").rows().first
            #expect(current?["origin"] as? String == "reviewed")
            let policy = try await bench.lacuna("mask", "policy", "show", "--json").object()
            #expect(policy["policy"] as? String == "datasets")
            #expect(policy["datasets"] as? [String] == ["internal"])
        }
    }

    @Test func aConsensusNeedsTwoMasksAndAPolicyNeedsKnownDatasets() async throws {
        try await Workbench.with { bench in
            try await importTwice(bench)
            let one = try await bench.lacuna("mask", "consensus", "1", "spleen", "--method", "staple", "--reason", "x")
            #expect(one.status == 3)
            #expect(one.errors.contains("there are 1"))
            #expect(try await bench.lacuna("mask", "policy", "set", "datasets", "--reason", "x").status == 2)
            let unknown = try await bench.lacuna(
                "mask", "policy", "set", "datasets", "--dataset", "nobody", "--reason", "x")
            #expect(unknown.status == 3)
            #expect(unknown.errors.contains("nobody"))
        }
    }

    /// Every command that names a volume takes its file, by a relative and by an absolute path.
    @Test func aVolumeMayBeNamedByItsFile() async throws {
        try await Workbench.with { bench in
            try await importTwice(bench)
            let folder = bench.folder + "/data"
            let image = "internal/RawData/Training/img/img0001.nii.gz"
            let liver = try await edited(bench, dropping: 10)
            #expect(
                try await bench.lacuna("mask", "import", "1", "liver", liver, "--rater", "r1", "--reason", "x").status
                    == 0)
            for volume in [image, "\(folder)/\(image)"] {
                func run(_ arguments: String...) async throws -> Ending {
                    try await bench.start(arguments + ["--json"], folder: folder).end()
                }
                for ending in [
                    try await run("mask", "compare", volume, "liver"),
                    try await run("mask", "history", volume, "liver"),
                    try await run("mask", "list", "--volume", volume),
                    try await run("mask", "consensus", volume, "liver", "--method", "majority", "--reason", "x"),
                    try await run("mask", "import", volume, "liver", liver, "--reason", "x"),
                    try await run("label", "restore", volume, "liver", "--reason", "x"),
                    try await run("label", "set", volume, "spleen", "unlabelled", "--override", "--reason", "x"),
                    try await run("label", "restore", volume, "spleen", "--reason", "x"),
                    try await run("mask", "picture", volume, "--output", bench.folder + "/picture.svg", "--force"),
                    try await run("mask", "export", volume, "liver", "--output", bench.folder + "/out.nii", "--force"),
                ] {
                    #expect(ending.status == 0, "\(volume): \(ending.errors)")
                }
            }
        }
    }
}
