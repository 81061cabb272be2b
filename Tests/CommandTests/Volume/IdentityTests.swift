import Domain
import Foundation
import Imaging
import Phantoms
import TestSupport
import Testing

/// Near-duplicates, mirrored labels and reversed sides, through the command line.
@Suite struct IdentityTests {
    private static let grid = PhantomGrid(shape: GridShape(80, 72, 60), spacing: Vector3(4.4, 4.4, 4.5))

    private func write(_ name: String, _ numbers: ClosedRange<Int>, in bench: Workbench) throws -> String {
        let scans = numbers.map { PhantomScan(number: $0, grid: Self.grid) }
        var dataset = PhantomDataset(name: name, layout: .btcv, scans: scans)
        dataset.orientation = Orientation("LPS") ?? .ras
        try PhantomGenerator.generate(PhantomPlan(seed: 7, datasets: [dataset]), into: bench.folder + "/data")
        return "\(bench.folder)/data/\(name)"
    }

    private func files(_ path: String, _ number: Int = 1) -> (image: String, label: String) {
        let folder = "\(path)/RawData/Training"
        return ("\(folder)/img/img000\(number).nii.gz", "\(folder)/label/label000\(number).nii.gz")
    }

    /// Rewrites an image in place.
    private func edit(_ file: String, _ change: (ImageVolume) -> (ImageGrid, [Int16])) throws {
        let (grid, voxels) = change(try NIfTIReader().readImage(file))
        try NIfTIWriter.write(.int16(VoxelBuffer(voxels)), on: grid, to: file)
    }

    /// Rewrites a label file in place, mirrored along a canonical axis.
    private func mirror(label file: String, along axis: Int) throws {
        let labels = try NIfTIReader().readLabels(file)
        guard case .uint8(let buffer) = labels.values else {
            Issue.record("\(file): not stored as uint8")
            return
        }
        try NIfTIWriter.write(
            .uint8(VoxelBuffer(mirrored(buffer.withVoxels(Array.init), labels.shape, axis))), on: labels.grid, to: file)
    }

    private func mirrored<T>(_ values: [T], _ shape: GridShape, _ axis: Int) -> [T] {
        (0..<values.count).map { index in
            var place = [index % shape.x, index / shape.x % shape.y, index / (shape.x * shape.y)]
            place[axis] = shape[axis] - 1 - place[axis]
            return values[shape.index(place[0], place[1], place[2])]
        }
    }

    @Test func croppedAndClippedCopiesAreProposed() async throws {
        try await Workbench.with { bench in
            let own = try write("own", 1...4, in: bench)
            let copy = try write("copy", 1...2, in: bench)
            // The first without a fifth of its slices and its labels, the second clipped.
            try edit(files(copy, 1).image) { volume in
                let kept = GridShape(volume.shape.x, volume.shape.y, volume.shape.z * 4 / 5)
                let values = volume.voxels.floats.prefix(kept.count).map { Int16($0) }
                return (ImageGrid(shape: kept, affine: volume.grid.canonicalAffine), values)
            }
            try FileManager.default.removeItem(atPath: files(copy, 1).label)
            try edit(files(copy, 2).image) { volume in
                (volume.grid, volume.voxels.floats.map { Int16(max(-160, min(240, $0))) })
            }
            for path in [own, copy] { #expect(try await bench.lacuna("dataset", "import", path, "--json").status == 0) }
            let found = try await bench.lacuna("volume", "duplicates", "--json").rows()
            #expect(found.count == 2)
            for row in found {
                #expect(row["kind"] as? String == "near" && row["oneSubject"] as? Bool == false)
                #expect((row["score"] as? Double ?? 0) > 0.9)
                let names = [row["firstName"], row["secondName"]].compactMap { $0 as? String }
                #expect(
                    names.map { $0.split(separator: "/").last } == [
                        names[0].split(separator: "/").last, names[0].split(separator: "/").last,
                    ])
                #expect(Set(names.map { $0.split(separator: "/").first }) == ["own", "copy"])
            }
            #expect(try await bench.lacuna("volume", "duplicates", "--limit", "1", "--json").rows().count == 1)
            let more = try await bench.lacuna("volume", "duplicates", "--at-least", "0.05", "--json").rows()
            #expect(more.count > 2)
            let scores = more.compactMap { $0["score"] as? Double }
            #expect(scores == scores.sorted(by: >))
            #expect(try await bench.lacuna("volume", "duplicates", "--at-least", "2").status == 2)
            // Nothing is missing, and a second time nothing is computed.
            let computed = try await bench.lacuna("volume", "describe")
            #expect(computed.status == 0 && computed.errors.contains("Every volume"), "\(computed.errors)")
            try await expectThatASplitOfThemLeaks(bench)
        }
    }

    private func expectThatASplitOfThemLeaks(_ bench: Workbench) async throws {
        #expect(try await bench.lacuna("split", "create", "s", "--train", "own", "--test", "copy").status == 0)
        let check = try await bench.lacuna("split", "check", "s", "--json")
        #expect(check.status == 5, "\(check.errors)")
        let leaks = try check.rows()
        #expect(leaks.count == 2 && leaks.allSatisfy { $0["kind"] as? String == "near" })
        for leak in leaks {
            let sides = [("first", "firstPart"), ("second", "secondPart")].compactMap { name, part in
                (leak[name] as? String).flatMap { name in (leak[part] as? String).map { (name, $0) } }
            }
            #expect(sides.contains { $0.hasPrefix("own/") && $1 == "train" }, "\(leak)")
            #expect(sides.contains { $0.hasPrefix("copy/") && $1 == "test" }, "\(leak)")
        }
    }

    @Test func mirroredLabelsAreQuarantinedUntilTheyAreAccepted() async throws {
        try await Workbench.with { bench in
            let path = try write("set", 1...2, in: bench)
            let straight = try await bench.lacuna("dataset", "import", path, "--name", "straight", "--json")
            #expect(straight.status == 0)
            try mirror(label: files(path, 1).label, along: 1)

            let held = try await bench.lacuna("dataset", "import", path, "--json")
            #expect(held.status == 4)
            let object = try held.object()
            #expect(object["quarantined"] as? Int == 1 && object["accepted"] as? Int == 1)
            let rows = try #require(object["cases"] as? [[String: Any]])
            let row = try #require(rows.first { $0["outcome"] as? String == "quarantined" })
            #expect((row["problem"] as? String)?.contains("only when flipped along y") == true)
            #expect((row["remedy"] as? String)?.contains("--accept flip:img0001") == true)

            let accepted = try await bench.lacuna("dataset", "import", path, "--accept", "flip:img0001", "--json")
            #expect(accepted.status == 0, "\(accepted.output)")
            // The masks equal those of the unmirrored labels, and their lineage records the flip.
            let masks = try await bench.lacuna("mask", "compare", "straight/img0001", "liver", "--json").rows()
            #expect(masks.count == 1 && masks[0]["changedVoxels"] as? Int == 0)
            let mask = try #require(masks[0]["secondMask"] as? Int)
            let first = try #require(masks[0]["firstMask"] as? Int)
            let lineages = [
                try await bench.lacuna("lineage", "mask:\(mask)").output,
                try await bench.lacuna("lineage", "mask:\(first)").output,
            ]
            #expect(lineages.contains { $0.contains("mirrored along y as accepted by") })
            #expect(lineages.contains { $0.contains("accepting flip:img0001") })
            let again = try await bench.lacuna("dataset", "import", path, "--json").object()
            #expect(again["unchanged"] as? Int == 2)
            #expect(try await bench.lacuna("dataset", "import", path, "--accept", "turn").status == 2)
        }
    }

    @Test func reversedSidesAreListed() async throws {
        try await Workbench.with { bench in
            let path = try write("set", 1...2, in: bench)
            let file = files(path, 2)
            try edit(file.image) { volume in
                (volume.grid, mirrored(volume.voxels.floats.map { Int16($0) }, volume.shape, 0))
            }
            try mirror(label: file.label, along: 0)
            #expect(try await bench.lacuna("dataset", "import", path, "--json").status == 4)
            let clean = try await bench.lacuna("volume", "laterality", "--json")
            #expect(clean.status == 0 && clean.output == "[]\n")

            #expect(try await bench.lacuna("dataset", "import", path, "--accept", "laterality", "--json").status == 0)
            let found = try await bench.lacuna("volume", "laterality", "--json")
            #expect(found.status == 6)
            let rows = try found.rows()
            #expect(Set(rows.compactMap { $0["name"] as? String }) == ["set/img0002"])
            #expect(rows.contains { $0["right"] as? String == "liver" && $0["left"] as? String == "spleen" })
            #expect(rows.allSatisfy { ($0["rightX"] as? Double ?? 0) < ($0["leftX"] as? Double ?? 0) })
            let far = try await bench.lacuna("volume", "laterality", "--at-least", "500", "--json")
            #expect(far.status == 0)
        }
    }
}
