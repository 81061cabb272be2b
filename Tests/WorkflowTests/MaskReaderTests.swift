@testable import Catalog
import Domain
import Imaging
import Objects
import Postgres
import TestSupport
import Testing
import Workflows

/// A mask of 4x3x2 voxels in a store of its own.
private struct StoredExample {
    static let shape = GridShape(4, 3, 2)

    let store: LocalObjectStore
    let foreground: BitVolume
    let location: MaskLocation

    init(in folder: String) async throws {
        store = try await LocalObjectStore.open(
            "\(folder)/objects", catalogue: "6f1c2a34-0000-4000-8000-00000000000a")
        var voxels = BitVolume(Self.shape)
        for index in [0, 7, 23] { voxels[index] = true }
        foreground = voxels
        var packer = ObjectPacker()
        let encoded = MaskCodec.encode(foreground: voxels)
        _ = packer.append([1, 2, 3])
        let entry = packer.append(encoded.bytes)
        let object = try await store.put(packer.finish())
        location = MaskLocation(
            mask: MaskID(7), content: encoded.contentHash, object: object.digest, offset: entry.offset,
            length: entry.length)
    }
}

@Suite struct MaskReaderTests {
    @Test func aStoredMaskIsReadFromItsPack() async throws {
        try await withTemporaryFolder { folder in
            let example = try await StoredExample(in: folder)
            let mask = try await MaskReader(store: example.store).read(example.location, shape: StoredExample.shape)
            #expect(mask.foreground == example.foreground)
            #expect(mask.known == nil)
        }
    }

    @Test func aMissingObjectIsDamageThatNamesTheMaskItsLocationAndTheRemedy() async throws {
        try await withTemporaryFolder { folder in
            let example = try await StoredExample(in: folder)
            let object = ObjectID(digest: example.location.object, size: 0)
            try await example.store.remove(object)
            let error = await #expect(throws: WorkflowError.self) {
                try await MaskReader(store: example.store).read(example.location, shape: StoredExample.shape)
            }
            #expect(error?.kind == .damaged)
            #expect(error?.problem.hasPrefix("mask 7 is damaged: ") == true)
            #expect(error?.file == example.store.location(of: object))
            #expect(error?.remedy?.contains("lacuna verify --read-data") == true)
        }
    }

    @Test func bytesOfAnotherMaskAreDamage() async throws {
        try await withTemporaryFolder { folder in
            let example = try await StoredExample(in: folder)
            let found = example.location
            let wrong = MaskLocation(
                mask: found.mask, content: Digest(hex: String(repeating: "0", count: 64))!, object: found.object,
                offset: found.offset, length: found.length)
            let error = await #expect(throws: WorkflowError.self) {
                try await MaskReader(store: example.store).read(wrong, shape: StoredExample.shape)
            }
            #expect(error?.kind == .damaged)
        }
    }
}

@Suite struct ActivityParametersTests {
    @Test func membersKeepTheirOrderAndTextIsEscaped() {
        var parameters: ActivityParameters = ["reason": .text("a \"quoted\" line\n"), "cases": .integer(3)]
        parameters.append("organs", .init(["liver", "spleen"]))
        parameters.append("split", .init(nil as String?))
        let text = parameters.json.text.filter { !$0.isWhitespace }
        #expect(
            text
                == #"{"reason":"a\"quoted\"line\n","cases":3,"organs":["liver","spleen"],"split":null}"#)
    }
}
