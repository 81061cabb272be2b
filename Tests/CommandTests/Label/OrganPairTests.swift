import Domain
import Foundation
import Imaging
import TestSupport
import Testing

/// Organs whose masks by two sources, or in two files of a case, contradict each other.
@Suite struct OrganPairTests {
    private func imported(_ bench: Workbench, _ path: String, _ options: String...) async throws -> [String] {
        let ending = try await bench.start(["dataset", "import", path, "--json"] + options).end()
        let cases = try #require(try ending.object()["cases"] as? [[String: Any]])
        return cases.compactMap { $0["problem"] as? String }
    }

    private func rows(_ bench: Workbench, _ kind: String, _ options: String...) async throws -> [[String: Any]] {
        try await bench.start(["label", "conflicts", "--kind", kind, "--json"] + options).end().rows()
    }

    /// One dataset for each organ, all of one scan.
    private func sets(_ bench: Workbench, _ organs: [([String], [(Int, VoxelBox)])]) throws -> [String] {
        try organs.enumerated().map { index, entry in
            let set = try TinySet("s\(index)", entry.0, in: bench)
            try set.add("k\(index)", scan: 1, entry.1)
            return set.path
        }
    }

    @Test func excludingOrgansWithCommonVoxelsAreReportedAndListed() async throws {
        try await Workbench.with { bench in
            let half = VoxelBox(lower: TinySet.liver.lower, upper: Vector3(14, 12, 10))
            let paths = try sets(
                bench,
                [
                    (["liver"], [(1, TinySet.liver)]), (["spleen"], [(1, TinySet.liver)]), (["stomach"], [(1, half)]),
                    (["pancreas"], [(1, TinySet.spleen)]),
                ])
            #expect(try await imported(bench, paths[0]).isEmpty)
            let dry = try await imported(bench, paths[1], "--dry-run")
            #expect(dry.count == 1 && dry[0].contains("spleen has exactly the voxels of liver"), "\(dry)")
            #expect(try await imported(bench, paths[1]) == dry)
            #expect(try await imported(bench, paths[2]).count == 2)
            #expect(try await imported(bench, paths[3]).isEmpty, "organs beside each other")
            for _ in 1...2 {
                let found = try await rows(bench, "exclusion")
                #expect(found.count == 3, "\(found)")
                #expect((found[0]["otherValue"] as? String)?.contains("252 common voxels") == true, "\(found[0])")
            }
            #expect(try await rows(bench, "exclusion", "--organ", "stomach").count == 2)
            #expect(try await rows(bench, "exclusion", "--dataset", "s3").isEmpty)
            #expect(try await rows(bench, "outside").isEmpty)
        }
    }

    @Test func aLesionOutsideItsOrganIsReportedAndListed() async throws {
        try await Workbench.with { bench in
            let inside = VoxelBox(lower: TinySet.liver.lower, upper: Vector3(12, 7, 6))
            let paths = try sets(
                bench,
                [
                    (["liver"], [(1, TinySet.liver)]), (["liver_tumour"], [(1, TinySet.spleen)]),
                ])
            #expect(try await imported(bench, paths[0]).isEmpty)
            let found = try await imported(bench, paths[1])
            #expect(found.count == 1 && found[0].contains("liver_tumour is wholly outside liver"), "\(found)")
            let listed = try await rows(bench, "outside")
            #expect(listed.count == 1 && listed[0]["organ"] as? String == "liver_tumour", "\(listed)")
            let second = try TinySet("t", ["liver_tumour"], in: bench)
            try second.add("k", scan: 1, [(1, inside)])
            _ = try await imported(bench, second.path)
            #expect(try await rows(bench, "outside").isEmpty, "the current mask is inside")
        }
    }

    @Test func aWholeWithoutItsDivisionsIsReportedAndListed() async throws {
        try await Workbench.with { bench in
            let paths = try sets(
                bench, [(["kidney"], [(1, TinySet.spleen)]), (["kidney_left", "kidney_right"], [])])
            #expect(try await imported(bench, paths[0]).isEmpty)
            let found = try await imported(bench, paths[1], "--accept", "empty")
            #expect(found.contains { $0.contains("kidney is annotated, but kidney_") }, "\(found)")
            let listed = try await rows(bench, "part")
            #expect(listed.count == 1 && listed[0]["organ"] as? String == "kidney", "\(listed)")
            let mask = "\(bench.folder)/kidney.nii.gz"
            #expect(try await bench.lacuna("mask", "export", "1", "kidney", "--output", mask).status == 0)
            let again = try await bench.lacuna("mask", "import", "1", "kidney", mask, "--reason", "x")
            #expect(again.errors.contains("of which it consists"), "\(again.errors)")
        }
    }

    @Test func oneFileForTwoOrgansOfACaseIsQuarantined() async throws {
        try await Workbench.with { bench in
            let folder = "\(bench.folder)/ts"
            let grid = ImageGrid(
                canonicalShape: TinySet.shape, canonicalAffine: .scaling(Vector3(2, 2, 2.5)), storedAs: .ras)
            func add(_ name: String, scan: Int, _ organs: [(String, VoxelBox)]) throws {
                let path = "\(folder)/\(name)"
                try FileManager.default.createDirectory(
                    atPath: "\(path)/segmentations", withIntermediateDirectories: true)
                let image = (0..<TinySet.shape.count).map { i in
                    i % TinySet.shape.x < 3 ? Int16(-1000) : Int16((i * 7 + scan * 31) % 200 - 50)
                }
                try NIfTIWriter.write(.int16(VoxelBuffer(image)), on: grid, to: "\(path)/ct.nii.gz")
                for (organ, box) in organs {
                    try NIfTIWriter.write(
                        mask: BitVolume(TinySet.shape, filling: box), on: grid,
                        to: "\(path)/segmentations/\(organ).nii.gz")
                }
            }
            let half = VoxelBox(lower: TinySet.liver.lower, upper: Vector3(14, 12, 10))
            try add("s1", scan: 1, [("liver", TinySet.liver), ("spleen", TinySet.spleen)])
            try add("s2", scan: 2, [("liver", TinySet.liver), ("spleen", TinySet.liver)])
            try add("s3", scan: 3, [("liver", TinySet.liver), ("spleen", half)])
            let ending = try await bench.lacuna("dataset", "import", folder, "--json")
            let cases = try #require(try ending.object()["cases"] as? [[String: Any]], "\(ending.errors)")
            func problem(_ name: String) -> String {
                cases.filter { $0["case"] as? String == name }.compactMap { $0["problem"] as? String }
                    .joined(separator: "\n")
            }
            #expect(problem("s2").contains("have exactly the same voxels"), "\(cases)")
            #expect(
                cases.contains { $0["case"] as? String == "s2" && $0["outcome"] as? String == "quarantined" },
                "\(cases)")
            #expect(problem("s3").contains("share more than a twentieth"), "\(cases)")
            #expect(!problem("s1").contains("share"), "\(cases)")
        }
    }
}
