import Domain
import Foundation
import Imaging
import Postgres
import TestSupport
import Testing

/// Decisions about predicted masks through the command line.
@Suite struct ReviewTests {
    @Test func theListSaysWhatToLookAtAndWhy() async throws {
        try await PredictedSet.with { bench, _ in
            let rows = try await bench.lacuna("review", "next", "--json").rows()
            #expect(rows.map { $0["case"] as? String } == ["public/k1", "public/k1", "public/k2", "public/k2"])
            #expect(rows[0]["organ"] as? String == "liver" && rows[0]["withheld"] as? String == "lowQuality")
            let why = try #require(rows[0]["why"] as? String)
            #expect(why == "withheld: lowQuality; predicted Dice 0.75, 0.5 to 0.88; 1 annotation to train on")
            let minutes = rows.compactMap { $0["minutes"] as? Double }
            let short = try await bench.lacuna("review", "next", "--minutes", "\(minutes[0] + minutes[1])", "--json")
                .rows()
            #expect(short.count == 2)
            let spleens = try await bench.lacuna("review", "next", "--organ", "spleen", "--limit", "1", "--json").rows()
            #expect(spleens.map { $0["case"] as? String } == ["public/k1"])
            for arguments in [["review", "next", "--minutes", "0"], ["review", "next", "--limit", "0"]] {
                #expect(try await bench.start(arguments).end().status == 2, "\(arguments)")
            }
        }
    }

    @Test(arguments: [60, 80, 200]) func tablesFitTheTerminal(columns: Int) async throws {
        try await PredictedSet.with { bench, _ in
            #expect(
                try await bench.lacuna("review", "reject", "public/k2", "spleen", "--reason", "stomach").status == 0)
            for command in [["next"], ["list"], ["history", "public/k2", "spleen"], ["report"]] {
                let ending = try await bench.start(["review"] + command + ["--quiet"], columns: columns).end()
                #expect(ending.status == 0, "\(ending.errors)")
                let longest = ending.output.split(separator: "\n").max { $0.count < $1.count } ?? ""
                #expect(longest.count <= columns && longest.count > 20, "\(command): \(longest)")
            }
        }
    }

    /// The annotation is known everywhere, although the network was not sure of every voxel.
    @Test func anAcceptedMaskIsAnAnnotationThatIsKnownEverywhere() async throws {
        try await PredictedSet.with { bench, _ in
            let accepted = try await bench.lacuna(
                "review", "accept", "public/k2", "spleen", "--by", "ann", "--minutes", "2", "--json")
            #expect(accepted.status == 0, "\(accepted.errors)")
            let object = try accepted.object()
            #expect(object["state"] as? String == "accepted" && object["person"] as? String == "ann")
            let mask = try #require(object["annotation"] as? Int)
            let shown = try await bench.lacuna("mask", "show", "\(mask)", "--json").object()
            #expect(shown["parent"] as? Int == object["mask"] as? Int)
            #expect(shown["voxels"] as? Int == TinySet.spleen.shape.count)
            #expect(shown["origin"] as? String == "reviewed")
            let row = try await bench.lacuna("mask", "list", "--volume", "public/k2", "--organ", "spleen", "--json")
                .rows()
            #expect(row.map { $0["status"] as? String } == ["annotated"])
            #expect(row.map { $0["source"] as? String } == ["ann"])
            let known = try await bench.knownVoxels(of: mask)
            #expect(known == "-", "no validity mask")
            try await expectSound(bench)
        }
    }

    @Test func rejectedAndAbsentOrgansAreNoPseudoLabels() async throws {
        try await PredictedSet.with { bench, _ in
            let rejected = try await bench.lacuna(
                "review", "reject", "public/k2", "spleen", "--by", "ann", "--reason", "stomach", "--json")
            #expect(rejected.status == 0, "\(rejected.errors)")
            #expect(try rejected.object()["state"] as? String == "rejected")
            let absent = try await bench.lacuna("review", "absent", "public/k2", "liver", "--by", "ann", "--json")
            #expect(try absent.object()["state"] as? String == "absent")
            let labels = try await bench.lacuna("mask", "list", "--volume", "public/k2", "--json").rows()
            let states = labels.compactMap { row in (row["organ"] as? String).map { "\($0) \(row["status"] ?? "")" } }
            #expect(states.contains("liver absent") && !states.contains { $0.hasPrefix("spleen") })
            let events = try await bench.lacuna("review", "history", "public/k2", "spleen", "--json").rows()
            #expect(events.map { $0["action"] as? String } == ["reject"])
            #expect(events[0]["reason"] as? String == "stomach" && events[0]["revision"] is Int)
            let again = try await bench.lacuna("review", "accept", "public/k2", "spleen")
            #expect(again.status == 5, "\(again.errors)")
            try await expectSound(bench)
        }
    }

    @Test func aWithheldMaskIsAccepted() async throws {
        try await PredictedSet.with { bench, _ in
            let ending = try await bench.lacuna("review", "accept", "public/k1", "liver", "--withheld", "--json")
            #expect(ending.status == 0, "\(ending.errors)")
            let withheld = try await bench.lacuna("mask", "list", "--withheld", "--json").rows()
            #expect(withheld.isEmpty)
            try await expectSound(bench)
        }
    }

    /// A crop replaces the mask in its place; a whole file, or a label map, everywhere.
    @Test func editedFilesAreSubmitted() async throws {
        try await PredictedSet.with { bench, _ in
            let whole = try write(bench, "whole.nii.gz", [(3, TinySet.spleen), (7, TinySet.liver)])
            let table = "\(bench.folder)/organs.csv"
            try Data("3,spleen\n7,liver\n".utf8).write(to: URL(filePath: table))
            let several = try await bench.lacuna("review", "submit", whole, "public/k2", "spleen")
            #expect(several.status == 3, "\(several.errors)")
            let mapped = try await bench.lacuna(
                "review", "submit", whole, "public/k2", "spleen", "--map", table, "--by", "ann", "--json")
            #expect(mapped.status == 0, "\(mapped.errors)")
            #expect(try mapped.object()["dice"] as? Double == 1)
            #expect(try mapped.object()["state"] as? String == "edited")
            let half = VoxelBox(
                lower: TinySet.liver.lower, upper: Vector3(14, TinySet.liver.upper.y, TinySet.liver.upper.z))
            let file = try write(bench, "half.nii.gz", [(1, half)])
            let edited = try await bench.lacuna(
                "review", "submit", file, "public/k2", "liver", "--by", "ann", "--json")
            let dice = try #require(try edited.object()["dice"] as? Double)
            #expect(abs(dice - 2 / 3) < 1e-6, "half of the box")
            let totals = try await bench.lacuna("review", "report", "--json").rows()
            #expect(totals.map { $0["edited"] as? Int } == [1, 1])
            try await expectSound(bench)
        }
    }

    /// The axes may be permuted and flipped; a grid that is a little off is refused with both grids, by `review submit` and `mask import`.
    @Test func aFileIsOnTheGridOfTheImageInAnyAxisOrder() async throws {
        try await PredictedSet.with { bench, _ in
            let spacing = Vector3(2, 2, 2.5)
            func grid(_ affine: Affine, _ letters: String) throws -> ImageGrid {
                ImageGrid(
                    canonicalShape: TinySet.shape, canonicalAffine: affine,
                    storedAs: try #require(Orientation(letters)))
            }
            let before = try await bench.revision()
            for (name, other) in [
                ("shifted", Affine.scaling(spacing, origin: Vector3(0.8, 0, 0))),
                ("coarser", Affine.scaling(Vector3(2.02, 2, 2.5))),
            ] {
                let file = try write(bench, "\(name).nii.gz", [(1, TinySet.spleen)], on: try grid(other, "RAS"))
                for arguments in [
                    ["review", "submit", file, "public/k2", "spleen"],
                    ["mask", "import", "public/k2", "spleen", file, "--reason", "x"],
                ] {
                    let ending = try await bench.start(arguments).end()
                    #expect(ending.status == 3 && ending.errors.contains(file), "\(arguments): \(ending.errors)")
                    #expect(
                        ending.errors.contains("The image has 20x16x12 voxels of 2.0 x 2.0 x 2.5 mm"),
                        "\(ending.errors)")
                    #expect(ending.errors.contains("the file 20x16x12 voxels of 2.0"), "\(ending.errors)")
                    #expect(ending.errors.contains("remedy: draw on the source image"), "\(ending.errors)")
                }
            }
            #expect(try await bench.revision() == before)
            for (letters, organ, box) in [("LAS", "spleen", TinySet.spleen), ("IPR", "liver", TinySet.liver)] {
                // What other tools make of an affine in 32 bits.
                let rounded = Affine.scaling(spacing, origin: Vector3(0.0003, 0, 0))
                let file = try write(bench, "\(letters).nii.gz", [(1, box)], on: try grid(rounded, letters))
                let ending = try await bench.lacuna("review", "submit", file, "public/k2", organ, "--json")
                #expect(ending.status == 0, "\(ending.errors)")
                #expect(try ending.object()["dice"] as? Double == 1, "each voxel is in its place")
            }
            try await expectSound(bench)
        }
    }

    /// A round withheld a mask beside the label of the round before.
    @Test func aMaskThatIsNamedIsDecidedAbout() async throws {
        try await PredictedSet.with { bench, set in
            try await set.predict(
                1, [(1, "liver", TinySet.liver, nil), (1, "spleen", TinySet.liver, "lowQuality")])
            let withheld = try await bench.lacuna("mask", "list", "--withheld", "--json").rows()
            let mask = try #require(withheld.first { $0["organ"] as? String == "spleen" }?["id"] as? Int)
            let ending = try await bench.lacuna(
                "review", "accept", "public/k2", "spleen", "--mask", "\(mask)", "--json")
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(try ending.object()["mask"] as? Int == mask)
            try await expectSound(bench)
        }
    }

    /// Another mask was withheld beside the rejected one, and a later round proposes one.
    @Test func aRejectedMaskIsListedAsRejected() async throws {
        try await PredictedSet.with { bench, set in
            try await set.predict(
                1, [(1, "liver", TinySet.liver, nil), (1, "spleen", TinySet.liver, "lowQuality")])
            let rejected = try await bench.lacuna("review", "reject", "public/k2", "spleen", "--json").object()
            let listed = try await bench.lacuna("review", "list", "--json").rows()
            #expect(listed.map { $0["state"] as? String } == ["rejected"])
            #expect(listed[0]["mask"] as? Int == rejected["mask"] as? Int)
            let next = try await bench.lacuna("review", "next", "--organ", "spleen", "--json").rows()
            #expect(next.contains { $0["case"] as? String == "public/k2" }, "the withheld mask still waits")
        }
    }

    @Test func theReportOfAPersonWithoutDecisionsSaysSo() async throws {
        try await PredictedSet.with { bench, _ in
            let nobody = try await bench.lacuna("review", "report", "--person", "nobody")
            #expect(nobody.errors.contains("No person named nobody decided anything."), "\(nobody.errors)")
            let liver = try await bench.lacuna("review", "report", "--organ", "liver")
            #expect(liver.errors.contains("Nothing was decided about liver yet."), "\(liver.errors)")
            #expect(try await bench.lacuna("review", "accept", "public/k2", "spleen", "--by", "ann").status == 0)
            let table = try await bench.start(["review", "report"], columns: 200).end()
            #expect(table.output.contains("reader Dice") && !table.output.contains("agreement"), "\(table.output)")
        }
    }

    @Test func aLabelThatIsEditedAfterItsReviewIsReviewedAgain() async throws {
        try await PredictedSet.with { bench, _ in
            #expect(try await bench.lacuna("review", "accept", "public/k2", "liver", "--by", "ann").status == 0)
            let half = VoxelBox(
                lower: TinySet.liver.lower, upper: Vector3(14, TinySet.liver.upper.y, TinySet.liver.upper.z))
            let file = try write(bench, "half.nii.gz", [(1, half)])
            let imported = try await bench.lacuna(
                "mask", "import", "public/k2", "liver", file, "--rater", "bob", "--reason", "leak")
            #expect(imported.status == 0, "\(imported.errors)")
            let open = try await bench.lacuna("review", "list", "--state", "in_review", "--json").rows()
            #expect(open.map { $0["person"] as? String } == ["bob"])
            #expect(try await bench.lacuna("review", "accept", "public/k2", "liver", "--by", "cho").status == 0)
            let listed = try await bench.lacuna("review", "list", "--json").rows()
            #expect(listed.map { $0["state"] as? String } == ["accepted"])
            try await expectSound(bench)
        }
    }

    @Test func assignedAndSkippedMasksAreLeftOutForOthers() async throws {
        try await PredictedSet.with { bench, _ in
            #expect(try await bench.lacuna("review", "assign", "public/k2", "liver", "ann").status == 0)
            #expect(try await bench.lacuna("review", "skip", "public/k2", "spleen", "--by", "bob").status == 0)
            for (person, count) in [("ann", 4), ("bob", 2), ("cho", 3)] {
                let rows = try await bench.lacuna("review", "next", "--for", person, "--json").rows()
                #expect(rows.count == count, "\(person)")
            }
        }
    }

    // MARK: - Two readers

    @Test func twoReadersAgreeOrAreAdjudicated() async throws {
        try await PredictedSet.with { bench, _ in
            for organ in ["liver", "spleen"] {
                for person in ["ann", "bob"] {
                    let assigned = try await bench.lacuna(
                        "review", "assign", "public/k2", organ, person, "--readers", "2")
                    #expect(assigned.status == 0, "\(assigned.errors)")
                }
                let first = try await bench.lacuna("review", "accept", "public/k2", organ, "--by", "ann", "--json")
                let object = try first.object()
                #expect(object["waits"] as? Bool == true && object["state"] as? String == "in_review")
            }
            let own = try await bench.lacuna("review", "next", "--for", "ann", "--json").rows()
            #expect(own.map { $0["case"] as? String } == ["public/k1", "public/k1"])
            let same = try await bench.lacuna("review", "accept", "public/k2", "spleen", "--by", "bob", "--json")
                .object()
            #expect(same["agrees"] as? Bool == true && same["agreementDice"] as? Double == 1)
            #expect(same["state"] as? String == "accepted" && same["agreementNSD"] as? Double == 1)

            let half = VoxelBox(
                lower: TinySet.liver.lower, upper: Vector3(14, TinySet.liver.upper.y, TinySet.liver.upper.z))
            let file = try write(bench, "half.nii.gz", [(1, half)])
            let other = try await bench.lacuna(
                "review", "submit", file, "public/k2", "liver", "--by", "bob", "--json"
            ).object()
            #expect(other["agrees"] as? Bool == false && other["waits"] as? Bool == true)
            #expect(abs(try #require(other["agreementDice"] as? Double) - 2 / 3) < 1e-6)
            let nsd = try #require(other["agreementNSD"] as? Double)
            #expect(nsd > 0 && nsd < 1)
            try await expectSound(bench)
            let last = try await bench.lacuna(
                "review", "accept", "public/k2", "liver", "--by", "cho", "--adjudicate", "--json")
            #expect(last.status == 0, "\(last.errors)")
            #expect(try last.object()["state"] as? String == "accepted")
            let report = try await bench.lacuna("review", "report", "--person", "bob", "--json").rows()
            #expect(report.map { $0["compared"] as? Int } == [1, 1])
            #expect(report.map { $0["agreeing"] as? Int } == [0, 1])
            try await expectSound(bench)
        }
    }

    // MARK: - Refusals

    @Test func badInputIsNamedAndNothingIsWritten() async throws {
        try await PredictedSet.with { bench, _ in
            let listed = try await bench.lacuna("review", "next", "--organ", "spleen", "--json").rows()
            let mask = try #require(listed.last?["mask"] as? Int)
            let other = try writeOtherGrid(bench)
            let empty = try write(bench, "empty.nii.gz", [])
            let before = (try await bench.revision(), try await bench.count(Counting()))
            for (arguments, status, text) in [
                (["accept", "public/k2", "spleen", "--mask", "\(mask + 999)"], 5, "is not proposed: mask \(mask) is"),
                (["reject", "internal/c1", "liver"], 5, "liver in volume 1 is annotated already"),
                (["accept", "public/k2", "stomach"], 5, "no mask of stomach in volume"),
                (["submit", other, "public/k2", "spleen"], 3, "its grid is not that of public/k2"),
                (["submit", empty, "public/k2", "spleen"], 3, "no voxel of spleen"),
                (["submit", "/nowhere.nii.gz", "public/k2", "spleen"], 3, "/nowhere.nii.gz"),
                (["accept", "public/k9", "spleen"], 3, "k9"), (["accept", "public/k2", "splen"], 3, "splen"),
                (["accept", "public/k2", "spleen", "--by", "consensus"], 2, "reserved"),
                (["accept", "public/k2", "spleen", "--by", "a/b"], 2, "name of the person"),
                (["accept", "public/k2", "spleen", "--minutes", "0"], 2, "--minutes"),
                (["reject", "public/k2", "spleen", "--reason", " "], 2, "--reason"),
            ] as [([String], Int32, String)] {
                let ending = try await bench.start(["review"] + arguments).end()
                #expect(ending.status == status, "\(arguments): \(ending.errors)")
                #expect(ending.errors.contains(text), "\(arguments): \(ending.errors)")
            }
            #expect(try await bench.revision() == before.0)
            #expect(try await bench.count(Counting()) == before.1)
            #expect(try await bench.lacuna("review", "list", "--json").rows().isEmpty)
        }
    }

    /// A newer round published another mask than the one that was looked at.
    @Test func aMaskThatChangedMeanwhileIsRefused() async throws {
        try await PredictedSet.with { bench, set in
            let rows = try await bench.lacuna("review", "next", "--organ", "spleen", "--json").rows()
            let looked = try #require(rows.last?["mask"] as? Int)
            try await set.predict(1, [(1, "spleen", TinySet.liver, nil)])
            let stale = try await bench.lacuna("review", "accept", "public/k2", "spleen", "--mask", "\(looked)")
            #expect(stale.status == 5 && stale.errors.contains("mask \(looked) of spleen"), "\(stale.errors)")
            #expect(try await bench.lacuna("review", "list", "--json").rows().isEmpty)
            try await expectSound(bench)
        }
    }

    @Test func removedSubjectsAndOtherLoginsAreRefused() async throws {
        try await PredictedSet.with { bench, _ in
            let other = try await bench.with(user: "lacunad").lacuna("review", "accept", "public/k2", "spleen")
            #expect(other.status == 5, "\(other.errors)")
            let removed = try await bench.lacuna("subject", "remove", "public/k2", "--yes", "--reason", "consent")
            #expect(removed.status == 0, "\(removed.errors)")
            let revision = try await bench.revision()
            for action in ["accept", "reject", "absent", "skip"] {
                let ending = try await bench.lacuna("review", action, "public/k2", "spleen")
                #expect(ending.status == 5 && ending.errors.contains("consent"), "\(action): \(ending.errors)")
            }
            #expect(try await bench.revision() == revision)
            let rows = try await bench.lacuna("review", "next", "--json").rows()
            #expect(rows.map { $0["case"] as? String } == ["public/k1", "public/k1"])
        }
    }

    // MARK: - Support

    private func expectSound(_ bench: Workbench) async throws {
        let verified = try await bench.lacuna("verify", "--read-data")
        #expect(verified.status == 0, "\(verified.output)\(verified.errors)")
    }

    private func write(_ bench: Workbench, _ name: String, _ boxes: [(UInt8, VoxelBox)]) throws -> String {
        let grid = ImageGrid(
            canonicalShape: TinySet.shape, canonicalAffine: .scaling(Vector3(2, 2, 2.5)), storedAs: .ras)
        return try write(bench, name, boxes, on: grid)
    }

    private func writeOtherGrid(_ bench: Workbench) throws -> String {
        let grid = ImageGrid(
            canonicalShape: TinySet.shape, canonicalAffine: .scaling(Vector3(3, 3, 3)), storedAs: .ras)
        return try write(bench, "other.nii.gz", [(1, TinySet.spleen)], on: grid)
    }

    private func write(
        _ bench: Workbench, _ name: String, _ boxes: [(UInt8, VoxelBox)], on grid: ImageGrid
    ) throws -> String {
        var labels = [UInt8](repeating: 0, count: TinySet.shape.count)
        for (value, box) in boxes {
            let inside = BitVolume(TinySet.shape, filling: box)
            for index in labels.indices where inside[index] { labels[index] = value }
        }
        let path = "\(bench.folder)/\(name)"
        try NIfTIWriter.write(.uint8(VoxelBuffer(labels)), on: grid, to: path)
        return path
    }
}

extension Workbench {
    /// The same as another login.
    fileprivate func with(user: String) -> Workbench {
        Workbench(connection: connection, settings: settings.with(user: user), folder: folder)
    }
}
