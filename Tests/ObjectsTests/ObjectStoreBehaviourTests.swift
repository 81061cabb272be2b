import Domain
import Hashing
@testable import Objects
import Testing

/// An implementation of `ObjectStore`, with what its tests need to damage it.
struct StoreUnderTest: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Opens an empty store in a scratch folder.
    let open: @Sendable (_ folder: String) async throws -> any ObjectStore
    /// Replaces the stored bytes of an object behind the store's back.
    let damage: @Sendable (_ store: any ObjectStore, _ id: ObjectID) throws -> Void

    /// Every implementation: each must pass every test of `ObjectStoreBehaviourTests`.
    static let all = [
        StoreUnderTest(
            testDescription: "LocalObjectStore",
            open: {
                try await LocalObjectStore.open("\($0)/objects", catalogue: "6f1c2a34-0000-4000-8000-00000000000a")
            },
            damage: { store, id in try overwrite(store.location(of: id), at: 0, with: 0xFF) })
    ]
}

/// What every object store must do.
@Suite struct ObjectStoreBehaviourTests {
    private func withStore(
        _ kind: StoreUnderTest, _ body: (any ObjectStore) async throws -> Void
    ) async throws {
        try await withScratchFolder { folder in try await body(try await kind.open(folder)) }
    }

    @Test(arguments: StoreUnderTest.all) func bytesComeBackUnderTheirHash(_ kind: StoreUnderTest) async throws {
        try await withStore(kind) { store in
            let id = try await store.put(Array("abc".utf8))
            #expect(id.description == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
            #expect(id.size == 3)
            #expect(try await store.size(of: id) == 3)
            #expect(try await store.get(id) == Array("abc".utf8))
            #expect(try await store.getVerified(id) == Array("abc".utf8))
            #expect(try await store.verify(id) == .intact)
            #expect(!store.location(of: id).isEmpty)
        }
    }

    @Test(arguments: StoreUnderTest.all, [0, 1, 2_500_000])
    func objectsOfEverySizeAreStored(_ kind: StoreUnderTest, size: Int) async throws {
        try await withStore(kind) { store in
            let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
            let id = try await store.put(bytes)
            #expect(try await store.getVerified(id) == bytes)
        }
    }

    @Test(arguments: StoreUnderTest.all) func equalBytesAreOneObject(_ kind: StoreUnderTest) async throws {
        try await withStore(kind) { store in
            let first = try await store.put([1, 2, 3])
            #expect(try await store.put([1, 2, 3]) == first)
            #expect(try await store.listing().objects == [first])
        }
    }

    @Test(arguments: StoreUnderTest.all) func rangesAreReadAndTheirEndsChecked(_ kind: StoreUnderTest) async throws {
        try await withStore(kind) { store in
            let id = try await store.put([0, 1, 2, 3, 4, 5, 6, 7])
            #expect(try await store.get(id, offset: 2, length: 3) == [2, 3, 4])
            #expect(try await store.get(id, offset: 8, length: 0) == [])
            for (offset, length) in [(0, 9), (8, 1), (-1, 2), (1, -1), (Int.max, 1), (1, Int.max)] {
                let error = await #expect(throws: ObjectStoreError.self) {
                    try await store.get(id, offset: offset, length: length)
                }
                guard case .outOfRange(_, offset, length, 8)? = error else {
                    Issue.record("\(offset), \(length): \(String(describing: error))")
                    continue
                }
            }
        }
    }

    @Test(arguments: StoreUnderTest.all) func damageIsFoundAndRepairedByTheNextPut(_ kind: StoreUnderTest) async throws
    {
        try await withStore(kind) { store in
            let id = try await store.put([1, 2, 3])
            try kind.damage(store, id)
            guard case .damaged(let actual, _) = try await store.verify(id) else {
                Issue.record("damage was not found")
                return
            }
            #expect(actual != id.digest)
            let error = await #expect(throws: ObjectStoreError.self) { try await store.getVerified(id) }
            #expect(error?.isDamage == true)
            #expect(try await store.put([1, 2, 3]) == id)
            #expect(try await store.verify(id) == .intact)
        }
    }

    @Test(arguments: StoreUnderTest.all) func aMissingObjectIsReported(_ kind: StoreUnderTest) async throws {
        try await withStore(kind) { store in
            let id = ObjectID(digest: SHA256.digest(of: [1]), size: 1)
            #expect(try await store.size(of: id) == nil)
            #expect(try await store.verify(id) == .missing)
            for read in [store.get, store.getVerified] {
                let error = await #expect(throws: ObjectStoreError.self) { try await read(id) }
                guard case .missing(_, id.digest)? = error else {
                    Issue.record("\(String(describing: error))")
                    continue
                }
            }
            try await store.remove(id)
        }
    }

    @Test(arguments: StoreUnderTest.all) func aRemovedObjectIsGoneAndCanComeBack(_ kind: StoreUnderTest) async throws {
        try await withStore(kind) { store in
            let id = try await store.put([5])
            try await store.remove(id)
            #expect(try await store.verify(id) == .missing)
            #expect(try await store.put([5]) == id)
            #expect(try await store.verify(id) == .intact)
        }
    }

    @Test(arguments: StoreUnderTest.all) func theListingHasEveryObjectOnceInOrder(_ kind: StoreUnderTest) async throws {
        try await withStore(kind) { store in
            var ids: [ObjectID] = []
            for number in 0..<40 { ids.append(try await store.put([UInt8(number), 1])) }
            let listing = try await store.listing()
            #expect(listing.objects == ids.sorted { $0.description < $1.description })
            #expect(listing.strays.isEmpty)
        }
    }

    @Test(arguments: StoreUnderTest.all) func manyWritersOfTheSameObjectsAgree(_ kind: StoreUnderTest) async throws {
        try await withStore(kind) { store in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        for number in 0..<20 {
                            _ = try await store.put([UInt8](repeating: UInt8(number), count: 3_000))
                        }
                    }
                }
                try await group.waitForAll()
            }
            let listing = try await store.listing()
            #expect(listing.objects.count == 20)
            for id in listing.objects { #expect(try await store.verify(id) == .intact) }
            #expect(try await store.removeTemporaries(writtenBefore: Int.max) == 0)
        }
    }
}
