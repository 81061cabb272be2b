import Domain
import Glibc
import Hashing
@testable import Objects
import TestSupport
import Testing

private let catalogue = "6F1C2A34-0000-4000-8000-00000000000A"
private let other = "6f1c2a34-0000-4000-8000-00000000000b"

@Suite struct ObjectFolderTests {
    @Test func storedBytesComeBackUnderTheirHash() throws {
        try withScratchFolder { folder in
            let store = try ObjectFolder.open("\(folder)/deep/objects", catalogue: catalogue)
            let id = try store.put(Array("abc".utf8))
            #expect(id.description == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
            #expect(id.size == 3)
            #expect(store.path(of: id) == "\(folder)/deep/objects/ba/\(id.description.dropFirst(2))")
            #expect(try store.get(id) == Array("abc".utf8))
            #expect(try store.getVerified(id) == Array("abc".utf8))
            var status = stat()
            #expect(stat(store.path(of: id), &status) == 0)
            #expect(status.st_mode & 0o7777 == 0o400)
        }
    }

    @Test func theEmptyObjectAndOneOfSeveralPiecesAreStored() throws {
        try withScratchFolder { folder in
            let store = try ObjectFolder.open(folder, catalogue: catalogue)
            let empty = try store.put([UInt8]())
            #expect(try store.getVerified(empty).isEmpty)
            let large = (0..<2_500_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
            let first = try store.put(large)
            #expect(try store.getVerified(first) == large)
            try store.remove(first)
            #expect(try store.size(of: first) == nil)
        }
    }

    @Test func rangesAreReadAndTheirEndsChecked() throws {
        try withScratchFolder { folder in
            let store = try ObjectFolder.open(folder, catalogue: catalogue)
            let id = try store.put([0, 1, 2, 3, 4, 5, 6, 7])
            #expect(try store.get(id, offset: 2, length: 3) == [2, 3, 4])
            #expect(try store.get(id, offset: 8, length: 0) == [])
            for (offset, length) in [(0, 9), (8, 1), (-1, 2), (1, -1), (Int.max, 1), (1, Int.max)] {
                #expect(
                    throws: ObjectStoreError.outOfRange(
                        path: store.path(of: id), offset: offset, length: length, size: 8)
                ) { try store.get(id, offset: offset, length: length) }
            }
        }
    }

    @Test func damageIsFoundAndMendedByTheNextPut() throws {
        try withScratchFolder { folder in
            let store = try ObjectFolder.open(folder, catalogue: catalogue)
            let id = try store.put([1, 2, 3])
            try overwrite(store.path(of: id), at: 1, with: 9)
            let actual = SHA256.digest(of: [1, 9, 3])
            #expect(try store.verify(id) == .damaged(actual: actual, size: 3))
            #expect(throws: ObjectStoreError.damaged(path: store.path(of: id), digest: id.digest, actual: actual)) {
                try store.getVerified(id)
            }
            #expect(try store.put([1, 2, 3]) == id)
            #expect(try store.verify(id) == .intact)
            #expect(chmod(store.path(of: id), 0o644) == 0 && truncate(store.path(of: id), 2) == 0)
            #expect(try store.verify(id) == .damaged(actual: SHA256.digest(of: [1, 2]), size: 2))
        }
    }

    @Test func aMissingObjectIsNamed() throws {
        try withScratchFolder { folder in
            let store = try ObjectFolder.open(folder, catalogue: catalogue)
            let id = ObjectID(digest: SHA256.digest(of: [1]), size: 1)
            #expect(try store.size(of: id) == nil)
            #expect(try store.verify(id) == .missing)
            #expect(throws: ObjectStoreError.missing(path: store.path(of: id), digest: id.digest)) { try store.get(id) }
            try store.remove(id)
        }
    }

    @Test func aFolderThatVanishedIsMadeAgain() throws {
        try withScratchFolder { folder in
            let store = try ObjectFolder.open(folder, catalogue: catalogue)
            let id = try store.put([5])
            try store.remove(id)
            #expect(rmdir("\(folder)/\(id.description.prefix(2))") == 0)
            #expect(try store.put([5]) == id)
            #expect(try store.verify(id) == .intact)
        }
    }

    @Test func listingGivesEveryObjectOnceAndPointsOutStrays() throws {
        try withScratchFolder { folder in
            let store = try ObjectFolder.open(folder, catalogue: catalogue)
            let ids = try (0..<40).map { try store.put([UInt8($0 & 255), UInt8($0 >> 8), 1]) }
            let stray = "\(folder)/00/notes.txt"
            close(creat(stray, 0o644))
            var (listed, strays): ([ObjectID], [String]) = ([], [])
            try store.forEach {
                listed.append($0)
            } stray: {
                strays.append($0)
            }
            #expect(listed == ids.sorted { $0.description < $1.description })
            #expect(strays == [stray])
        }
    }

    @Test func onlyOldTemporariesAreRemoved() throws {
        try withScratchFolder { folder in
            let store = try ObjectFolder.open(folder, catalogue: catalogue)
            let (old, new) = ("\(folder)/temporary/old", "\(folder)/temporary/new")
            close(creat(old, 0o644))
            close(creat(new, 0o644))
            var times = [timeval(tv_sec: 1_000, tv_usec: 0), timeval(tv_sec: 1_000, tv_usec: 0)]
            #expect(utimes(old, &times) == 0)
            #expect(try store.removeTemporaries(writtenBefore: 2_000) == 1)
            #expect(files(under: "\(folder)/temporary") == [new])
        }
    }
}

@Suite struct StoreMarkerTests {
    @Test func aStoreOpensAgainAndOnlyForItsCatalogue() throws {
        try withScratchFolder { folder in
            let id = try ObjectFolder.open(folder, catalogue: catalogue).put([1])
            let again = try ObjectFolder.open(folder + "/", catalogue: catalogue.lowercased(), create: false)
            #expect(again.root == folder)
            #expect(try again.size(of: id) == 1)
            #expect(throws: ObjectStoreError.foreign(path: folder, expected: other, found: catalogue.lowercased())) {
                try ObjectFolder.open(folder, catalogue: other)
            }
        }
    }

    @Test func noStoreIsMadeUnlessAsked() throws {
        try withScratchFolder { folder in
            #expect(throws: ObjectStoreError.noStore(path: "\(folder)/x")) {
                try ObjectFolder.open("\(folder)/x", catalogue: catalogue, create: false)
            }
            #expect(access("\(folder)/x", F_OK) != 0)
        }
    }

    @Test func aStoreThatLostItsMarkerIsNotGivenAway() throws {
        try withScratchFolder { folder in
            _ = try ObjectFolder.open(folder, catalogue: catalogue).put(Array("abc".utf8))
            #expect(unlink("\(folder)/lacuna-store") == 0)
            #expect(
                throws: ObjectStoreError.notAStore(path: folder, problem: "the folder holds ba but no store marker")
            ) { try ObjectFolder.open(folder, catalogue: other) }
        }
    }

    @Test func anInterruptedCreationIsFinished() throws {
        try withScratchFolder { folder in
            for name in ["temporary", "00", "01"] { #expect(mkdir("\(folder)/\(name)", 0o755) == 0) }
            let store = try ObjectFolder.open(folder, catalogue: catalogue)
            #expect(try store.verify(store.put([1])) == .intact)
        }
    }

    @Test func aDamagedOrNewerMarkerIsRefused() throws {
        try withScratchFolder { folder in
            _ = try ObjectFolder.open(folder, catalogue: catalogue)
            let marker = "\(folder)/lacuna-store"
            try overwrite(marker, at: "lacuna-store ".utf8.count, with: UInt8(ascii: "9"))
            #expect(throws: ObjectStoreError.newerFormat(path: marker, version: 9)) {
                try ObjectFolder.open(folder, catalogue: catalogue)
            }
            try overwrite(marker, at: 0, with: 0)
            #expect(
                throws: ObjectStoreError.notAStore(path: marker, problem: "the store's marker file is damaged")
            ) { try ObjectFolder.open(folder, catalogue: catalogue) }
        }
    }
}

@Suite struct RefusingDiskTests {
    @Test(.needsMounting()) func aFullDiskIsNamedAndLeavesNothingHalfWritten() throws {
        try withTinyFileSystem { folder in
            let store = try ObjectFolder.open("\(folder)/objects", catalogue: catalogue)
            let small = try store.put([1, 2, 3])
            let before = files(under: folder)
            let error = #expect(throws: ObjectStoreError.self) { try store.put([UInt8](repeating: 3, count: 200_000)) }
            guard case .full(let path) = error else {
                Issue.record("a full disk gave \(String(describing: error))")
                return
            }
            #expect(path.hasPrefix("\(folder)/objects/temporary/"))
            #expect(files(under: folder) == before)
            #expect(try store.verify(small) == .intact)
            #expect(try store.verify(store.put([4])) == .intact)
        }
    }

    @Test(.needsMounting()) func aReadOnlyFileSystemIsNamedAndStillReadable() throws {
        try withTinyFileSystem { folder in
            let store = try ObjectFolder.open("\(folder)/objects", catalogue: catalogue)
            let id = try store.put([1, 2, 3])
            try #require(remountReadOnly(folder))
            let again = try ObjectFolder.open("\(folder)/objects", catalogue: catalogue)
            #expect(try again.getVerified(id) == [1, 2, 3])
            let error = #expect(throws: ObjectStoreError.self) { try again.put([9]) }
            guard case .readOnly = error else {
                Issue.record("a read-only file system gave \(String(describing: error))")
                return
            }
        }
    }

    @Test(.needsOrdinaryUser()) func missingRightsAreNamed() throws {
        try withScratchFolder { folder in
            #expect(chmod(folder, 0o555) == 0)
            defer { chmod(folder, 0o755) }
            #expect(throws: ObjectStoreError.denied(path: "\(folder)/objects")) {
                try ObjectFolder.open("\(folder)/objects", catalogue: catalogue)
            }
        }
    }

    /// A permission that is missing says nothing about the bytes.
    @Test(.needsOrdinaryUser()) func anObjectThatCannotBeReachedIsNotMissing() throws {
        try withScratchFolder { folder in
            let store = try ObjectFolder.open("\(folder)/objects", catalogue: catalogue)
            let id = try store.put([1, 2, 3])
            let shard = store.shard(of: id.digest)
            #expect(chmod(shard, 0) == 0)
            defer { chmod(shard, 0o755) }
            let denied = ObjectStoreError.denied(path: store.path(of: id))
            #expect(throws: denied) { try store.verify(id) }
            #expect(throws: denied) { try store.size(of: id) }
        }
    }

    @Test func aFileInThePlaceOfTheStoreIsNamed() throws {
        try withScratchFolder { folder in
            close(creat("\(folder)/objects", 0o644))
            let problem = "a part of the path is a file, not a folder"
            for path in ["\(folder)/objects", "\(folder)/objects/deep"] {
                let error = #expect(throws: ObjectStoreError.self) {
                    try ObjectFolder.open(path, catalogue: catalogue)
                }
                #expect(error?.problem == problem)
            }
        }
    }

    @Test func everyErrorNamesProblemAndRemedy() {
        let digest = SHA256.digest(of: [1])
        let errors: [ObjectStoreError] = [
            .full(path: "/s"), .readOnly(path: "/s"), .denied(path: "/s"), .noStore(path: "/s"),
            .notAStore(path: "/s", problem: "p"), .newerFormat(path: "/s", version: 2),
            .foreign(path: "/s", expected: "a", found: "b"), .missing(path: "/s", digest: digest),
            .damaged(path: "/s", digest: digest, actual: digest),
            .outOfRange(path: "/s", offset: 0, length: 1, size: 0),
            .system(path: "/s", operation: "open", code: ENOENT),
        ]
        for error in errors {
            #expect(!error.problem.isEmpty && !error.remedy.isEmpty)
            #expect(error.description.hasPrefix(error.path.map { "\($0): " } ?? "the bytes"))
        }
    }
}
