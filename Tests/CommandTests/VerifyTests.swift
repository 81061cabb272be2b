import Foundation
import Phantoms
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

    @Test func aSoundCatalogueHasNoFindings() async throws {
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
            #expect(try await findings(bench).0 == 0, "only reading finds it")
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
        }
    }

    @Test func anOrphanIsListedAndSweptAndNothingElseGoes() async throws {
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
