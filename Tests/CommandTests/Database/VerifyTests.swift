import Foundation
import Phantoms
import TestSupport
import Testing

@Suite struct VerifyTests {
    /// Imports two cases and returns the paths of the objects.
    private func objects(_ bench: Workbench) async throws -> [String] {
        let path = try PhantomData.write(.btcv, "set", scans: 1...2, in: bench)
        #expect(try await bench.lacuna("dataset", "import", path).status == 0)
        let masks = try await bench.lacuna("mask", "show", "1", "--json").object()
        let digest = try #require(masks["object"] as? String)
        let first = "\(bench.home)/objects/\(digest.prefix(2))/\(digest.dropFirst(2))"
        #expect(FileManager.default.fileExists(atPath: first))
        return [first]
    }

    private func findings(_ bench: Workbench, _ arguments: String...) async throws -> (Int32, [[String: Any]]) {
        let ending = try await bench.start(["verify", "--json"] + arguments).end()
        return (ending.status, try ending.rows())
    }

    @Test(arguments: [[], ["--read-data"], ["--sweep"]])
    func aCatalogueWithoutObjectsHasNoFindings(options: [String]) async throws {
        try await Workbench.with { bench in
            let ending = try await bench.start(["verify", "--json"] + options).end()
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(try ending.rows().isEmpty)
        }
    }

    @Test func anIntactCatalogueHasNoFindings() async throws {
        try await Workbench.with { bench in
            _ = try await objects(bench)
            let (status, found) = try await findings(bench, "--read-data")
            #expect(status == 0)
            #expect(found.isEmpty)
        }
    }

    @Test func aFlippedBitIsFound() async throws {
        try await Workbench.with { bench in
            let file = URL(filePath: try await objects(bench)[0])
            var bytes = try Data(contentsOf: file)
            bytes[bytes.count / 2] ^= 1
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file.path())
            try bytes.write(to: file)
            #expect(try await findings(bench).0 == 0, "only --read-data finds it")
            let (status, found) = try await findings(bench, "--read-data")
            #expect(status == 6)
            #expect(found.map { $0["kind"] as? String } == ["damaged"])
            #expect(found.first?["file"] as? String == file.path())
        }
    }

    @Test func aMissingObjectAndAMissingImageAreFound() async throws {
        try await Workbench.with { bench in
            let object = try await objects(bench)[0]
            let image = "\(bench.folder)/data/set/RawData/Training/img/img0002.nii.gz"
            for file in [object, image] { try FileManager.default.removeItem(atPath: file) }
            let (status, found) = try await findings(bench)
            #expect(status == 6)
            #expect(found.map { $0["what"] as? String } == ["object", "image"])
            #expect(found.allSatisfy { $0["kind"] as? String == "missing" })
            let contents = found.map { $0["contents"] as? [String] ?? [] }
            #expect(contents[0].contains("liver of set/img0001") && contents[1] == ["set/img0002"])
        }
    }

    @Test func waitingLabelsAreChecked() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...3, in: bench)
            let training = "\(path)/RawData/Training"
            for image in ["img0002", "img0003"] {
                try FileManager.default.removeItem(atPath: "\(training)/img/\(image).nii.gz")
            }
            let imported = try await bench.lacuna("dataset", "import", path, "--json").object()
            #expect(imported["waiting"] as? Int == 2)
            #expect(try await findings(bench, "--read-data").1.isEmpty)

            let changed = URL(filePath: "\(training)/label/label0002.nii.gz")
            var bytes = try Data(contentsOf: changed)
            bytes[bytes.count / 2] ^= 1
            try bytes.write(to: changed)
            try FileManager.default.removeItem(atPath: "\(training)/label/label0003.nii.gz")
            let (quick, gone) = try await findings(bench)
            #expect(quick == 6)
            #expect(gone.map { $0["contents"] as? [String] } == [["set/img0003"]])
            let (status, found) = try await findings(bench, "--read-data")
            #expect(status == 6)
            #expect(found.map { $0["what"] as? String } == ["label", "label"])
            #expect(found.map { $0["kind"] as? String } == ["damaged", "missing"])
            #expect(found.first?["file"] as? String == changed.path())

            #expect(try await bench.lacuna("dataset", "remove", "set", "--yes", "--reason", "x").status == 0)
            #expect(
                try await findings(bench, "--read-data").0 == 0, "waiting labels of removed datasets are not checked")
        }
    }

    @Test func everyCommandReportsAMissingStore() async throws {
        try await Workbench.with { bench in
            _ = try await objects(bench)
            try FileManager.default.removeItem(atPath: bench.home)
            let verified = try await bench.lacuna("verify")
            #expect(verified.status == 7)
            #expect(verified.errors.contains("object store of the catalogue's masks is missing"), "\(verified.errors)")
            #expect(!verified.errors.contains("warning"))
            let again = try await bench.lacuna("dataset", "import", "\(bench.folder)/data/set")
            #expect(again.status == 0)
            #expect(again.errors.contains("warning: the object store of the catalogue's masks is missing"))
            #expect(again.errors.contains("restore it from the backup"))
        }
    }

    @Test func onlyOrphansAreSwept() async throws {
        try await Workbench.with { bench in
            let object = URL(filePath: try await objects(bench)[0])
            let folder = object.deletingLastPathComponent()
            let orphan = folder.appending(path: String(repeating: "0", count: 62))
            try Data("unnamed".utf8).write(to: orphan)
            let (status, found) = try await findings(bench)
            #expect(status == 0)
            #expect(found.map { $0["kind"] as? String } == ["orphan"])
            let (swept, removed) = try await findings(bench, "--sweep")
            #expect(swept == 0)
            #expect(removed.map { $0["kind"] as? String } == ["swept"])
            #expect(!FileManager.default.fileExists(atPath: orphan.path()))
            let (after, nothing) = try await findings(bench, "--read-data")
            #expect(after == 0 && nothing.isEmpty)
        }
    }
}
