import Domain
import Glibc
import System

/// Immutable bytes in a local folder, each object named by the SHA-256 of its stored bytes: `ab/cdef…` under the root.
///
/// Any number of processes may use one store at once. An object's file appears by a rename after its bytes are on disk,
/// so that a reader sees it whole or not at all, whatever is killed. Between a put and the commit of the row that names
/// the object, the caller holds the catalogue's shared advisory lock, which keeps a sweep away.
///
/// Calls block on the disk: never make them on Swift's cooperative pool.
struct ObjectFolder: Sendable {
    /// The store's folder.
    let root: String
    /// The rights of new folders and files.
    let access: FolderAccess

    static let temporaries = "temporary"

    private init(root: String, access: FolderAccess) { (self.root, self.access) = (root, access) }

    /// Opens the store of `catalogue` at `path`, which is created where it is missing and `create` is true.
    ///
    /// - Parameters:
    ///   - catalogue: the catalogue's UUID, 36 characters of either case.
    ///   - access: the rights of new folders and files.
    /// - Throws: `foreign` where the store belongs to another catalogue, `notAStore` where the folder has other contents,
    ///   `noStore` where there is none and `create` is false.
    static func open(
        _ path: String, catalogue: String, create: Bool = true, access: FolderAccess = .owner
    ) throws(ObjectStoreError) -> ObjectFolder {
        let root = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        let expected = StoreMarker(catalogue: catalogue)
        if try StoreMarker.read(in: root) == nil {
            guard create else { throw .noStore(path: root) }
            try establish(expected, in: root, access)
        }
        guard let found = try StoreMarker.read(in: root) else { throw .noStore(path: root) }
        guard found == expected else {
            throw .foreign(path: root, expected: expected.catalogue, found: found.catalogue)
        }
        return ObjectFolder(root: root, access: access)
    }

    /// Creates the folders, makes them durable, and writes the marker last; of two processes at once, the first one's marker
    /// is kept.
    private static func establish(
        _ marker: StoreMarker, in root: String, _ access: FolderAccess
    ) throws(ObjectStoreError) {
        try storing { () throws(SystemError) in try Folder.create(root, access, isDurable: true) }
        try refuseForeignContents(of: root)
        try storing { () throws(SystemError) in
            for name in [temporaries] + shards { try Folder.create("\(root)/\(name)", access) }
            try Folder.synchronise(root)
            let draft = try TemporaryFile(in: "\(root)/\(temporaries)", mode: access.fileMode)
            try draft.write(Array(marker.text.utf8))
            try draft.placeIfVacant(at: "\(root)/\(StoreMarker.name)", mode: access.readOnlyFileMode)
            try Folder.synchronise(root)
        }
    }

    /// Without a marker, only an empty folder or an incomplete store may become a store: otherwise a store that lost its marker
    /// could be assigned to the wrong catalogue, whose sweep would empty it.
    private static func refuseForeignContents(of root: String) throws(ObjectStoreError) {
        func names(in folder: String) throws(ObjectStoreError) -> [String] {
            try storing { () throws(SystemError) in try Folder.names(in: folder) }
        }
        for name in try names(in: root) where name != temporaries && name != StoreMarker.name {
            if isShard(name), try names(in: "\(root)/\(name)").isEmpty { continue }
            // Another process may have created the store since the marker was read, and stored an object.
            if try StoreMarker.read(in: root) != nil { return }
            throw .notAStore(path: root, problem: "the folder holds \(name) but no store marker")
        }
    }

    // MARK: - Names

    static var shards: [String] { (0..<256).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) } }

    static func isShard(_ name: String) -> Bool {
        name.utf8.count == 2 && name.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }

    func shard(of digest: Digest) -> String { "\(root)/\(digest.description.prefix(2))" }

    /// The path of an object's file.
    func path(of id: ObjectID) -> String { path(of: id.digest) }

    func path(of digest: Digest) -> String { "\(shard(of: digest))/\(digest.description.dropFirst(2))" }
}
