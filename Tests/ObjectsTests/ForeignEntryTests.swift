import Domain
import Glibc
import TestSupport
import Testing

@testable import Objects

/// Things among the objects that are no files.
@Suite struct ForeignEntryTests {
    @Test(arguments: [true, false]) func aFolderOrAPipeInPlaceOfAnObjectIsDamage(isFolder: Bool) throws {
        try withScratchFolder { folder in
            let store = try ObjectFolder.open(
                "\(folder)/objects", catalogue: "6f1c2a34-0000-4000-8000-00000000000a")
            let id = try store.put([1, 2, 3])
            let path = store.path(of: id)
            #expect(unlink(path) == 0)
            #expect((isFolder ? mkdir(path, 0o755) : mkfifo(path, 0o600)) == 0)
            let error = ObjectStoreError.notAFile(path: path)
            #expect(error.isDamage)
            #expect(throws: error) { _ = try store.get(id) }
            #expect(throws: error) { _ = try store.size(of: id) }
            #expect(throws: error) { _ = try store.put([1, 2, 3]) }
            var (objects, strays) = ([ObjectID](), [String]())
            try store.forEach({ objects.append($0) }, stray: { strays.append($0) })
            #expect(objects.isEmpty && strays == [path])
        }
    }
}
