import Domain
import Foundation
import Imaging
import Phantoms
import TestSupport
import Testing

/// A mask that contradicts other labels is recorded with a warning.
@Suite struct LabelWarningTests {
    private func imported(_ bench: Workbench) async throws {
        let path = try PhantomData.write(.btcv, "internal", scans: 1...1, in: bench)
        #expect(try await bench.lacuna("dataset", "import", path).status == 0)
    }

    /// The mask of an organ as a file.
    private func export(_ bench: Workbench, _ organ: String) async throws -> String {
        let path = "\(bench.folder)/\(organ).nii.gz"
        let ending = try await bench.lacuna("mask", "export", "1", organ, "--output", path, "--force")
        #expect(ending.status == 0, "\(ending.errors)")
        return path
    }

    private func warnings(_ ending: Ending) throws -> [String] {
        #expect(ending.status == 0, "\(ending.errors)")
        let reported = try #require(try ending.object()["warnings"] as? [String])
        for warning in reported { #expect(ending.errors.contains("warning: \(warning)")) }
        return reported
    }

    @Test func anImageInsteadOfAMaskIsReportedBriefly() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "wrong", scans: 1...1, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            let ending = try await bench.lacuna(
                "mask", "import", "wrong/img0001", "liver", "\(path)/RawData/Training/img/img0001.nii.gz",
                "--reason", "x")
            #expect(ending.status == 3)
            #expect(ending.errors.contains("like an image") && ending.errors.count < 500, "\(ending.errors)")
        }
    }

    private func importMask(_ bench: Workbench, _ organ: String, _ path: String) async throws -> [String] {
        try warnings(try await bench.lacuna("mask", "import", "1", organ, path, "--reason", "x", "--json"))
    }

    @Test func anotherOrgansMaskIsReported() async throws {
        try await Workbench.with { bench in
            try await imported(bench)
            #expect(try await importMask(bench, "liver", try await export(bench, "liver")).isEmpty)
            let reported = try await importMask(bench, "left_kidney", try await export(bench, "stomach"))
            #expect(reported.contains { $0.contains("exactly the voxels of stomach") }, "\(reported)")
        }
    }

    @Test func aTumourOutsideItsOrganOrInAnAbsentOneIsReported() async throws {
        try await Workbench.with { bench in
            try await imported(bench)
            let stomach = try await export(bench, "stomach")
            let outside = try await importMask(bench, "liver_tumour", stomach)
            #expect(outside.contains { $0.contains("wholly outside liver") }, "\(outside)")
            let absent = ["absent", "--override", "--reason", "x", "--json"]
            let refused = try await bench.start(["label", "set", "1", "liver"] + absent).end()
            #expect(refused.status == 5)
            #expect(refused.errors.contains("liver_tumour"), "\(refused.errors)")
            for organ in ["liver_tumour", "liver"] {
                #expect(try await bench.start(["label", "set", "1", organ] + absent).end().status == 0)
            }
            let beside = try await importMask(bench, "liver_tumour", try await export(bench, "spleen"))
            #expect(beside.contains { $0.contains("liver") && $0.contains("absent") }, "\(beside)")
        }
    }

    /// The relations of an organ that the user added are used, under each of its spellings.
    @Test func anAddedOrganOutsideItsWholeIsReported() async throws {
        try await Workbench.with { bench in
            try await imported(bench)
            let file = bench.folder + "/organs.csv"
            try "key,name,part_of\nliver_bed,Liver bed,liver\n".write(toFile: file, atomically: true, encoding: .utf8)
            #expect(try await bench.lacuna("organ", "import", file).status == 0)
            let outside = try await importMask(bench, "liver_bed", try await export(bench, "stomach"))
            #expect(outside.contains { $0.contains("liver_bed is wholly outside liver") }, "\(outside)")
            let inside = try await importMask(bench, "Liver bed", try await export(bench, "liver"))
            #expect(inside.count == 1 && inside[0].contains("overlaps little"), "the other mask is replaced: \(inside)")
        }
    }

    @Test func takingBackAPseudoLabelNamesTheOtherCommands() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "drawn", scans: 1...1, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path, "--origin", "model").status == 0)
            let ending = try await bench.lacuna(
                "label", "set", "1", "stomach", "unlabelled", "--reason", "x", "--json")
            #expect(try ending.object()["changed"] as? Bool == false)
            #expect(try ending.object()["status"] as? String == "pseudo")
            #expect(ending.errors.contains("label set 1 stomach absent"), "\(ending.errors)")
        }
    }
}
