internal import Documents
internal import Domain
internal import Glibc
internal import Hashing
internal import Objects
internal import System

/// The files of a backup. Blocks.
///
///     FOLDER/SHA256SUMS      checksums of the next three; written last
///     FOLDER/manifest.json
///     FOLDER/lacuna.dump     of pg_dump, custom format
///     FOLDER/objects.sha256  checksums of the objects
///     FOLDER/objects/        an object store of the same catalogue
struct BackupFolder: Sendable {
    static let sums = "SHA256SUMS"
    static let manifest = "manifest.json"
    static let dump = "lacuna.dump"
    static let objectList = "objects.sha256"
    private static let objectFolder = "objects"

    let path: String

    /// - Parameter path: absolute, or from the working folder.
    init(_ path: String) {
        let place = FilePath.isAbsolute(path) ? path : (FilePath.resolved(".") ?? ".") + "/" + path
        self.path = place.count > 1 && place.hasSuffix("/") ? String(place.dropLast()) : place
    }

    var objects: String { file(Self.objectFolder) }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Where the backup is written until it is complete.
    var unfinished: BackupFolder { BackupFolder(path + ".unfinished") }

    // MARK: - Writing

    /// - Throws: `WorkflowError` of kind conflict where something exists at the path that is not an empty folder.
    func requireVacant() throws {
        guard let kind = Folder.kind(of: path) else { return }
        if kind == .folder, try reading({ () throws(SystemError) in try Folder.names(in: path) }).isEmpty { return }
        throw WorkflowError(
            .conflict, "the folder of the backup exists already", file: path,
            remedy: "name a new folder; with --previous it shares unchanged objects with an earlier backup")
    }

    /// Creates the folder for this user only, locks it, and removes what an interrupted backup left in it, without the objects.
    func create() throws -> FolderLock {
        try reading { () throws(SystemError) in try Folder.create(path, mode: 0o700, isDurable: true) }
        guard let lock = FolderLock(path) else {
            throw WorkflowError(
                .conflict, "another backup into this folder is running", file: path,
                remedy: "wait until it has ended, or name another folder")
        }
        try reading { () throws(SystemError) in
            for name in try Folder.names(in: path) where name != Self.objectFolder { try Folder.remove(file(name)) }
        }
        return lock
    }

    /// Makes a file durable and gives it its name and this user's permissions.
    func place(_ draft: String, as name: String) throws {
        try reading { () throws(SystemError) in try OpenFile(reading: draft).synchronise() }
        guard chmod(draft, 0o600) == 0, rename(draft, file(name)) == 0 else {
            throw WorkflowError(backup: SystemError(operation: "rename", path: file(name), code: errno))
        }
    }

    func write(_ text: String, to name: String) throws -> BackupManifest.File {
        try reading { () throws(SystemError) in try AtomicFile.write(text, to: file(name), mode: 0o600) }
        return try describe(name)
    }

    /// Name, size and checksum of a file, which is made durable.
    func describe(_ name: String) throws -> BackupManifest.File {
        let size = try reading { () throws(SystemError) -> Int in
            let file = try OpenFile(reading: file(name))
            try file.synchronise()
            return try file.size()
        }
        return BackupManifest.File(name: name, bytes: size, sha256: try digest(name).description)
    }

    /// Writes the checksums and gives the folder its final name, which makes the backup complete.
    func finish(as final: BackupFolder) throws {
        let entries = try [Self.manifest, Self.dump, Self.objectList].map {
            ChecksumList.Entry(digest: try digest($0), path: $0)
        }
        _ = try write(ChecksumList.text(entries), to: Self.sums)
        guard rename(path, final.path) == 0 else {
            let reason = String(cString: strerror(errno))
            throw WorkflowError(
                .conflict, "the finished backup cannot get its name: \(reason)", file: final.path,
                remedy: "rename \(path)")
        }
        try reading { () throws(SystemError) in try Folder.synchronise(FilePath.parent(of: final.path)) }
    }

    // MARK: - Reading

    /// The manifest of a complete backup whose manifest, dump and list of objects match their checksums.
    ///
    /// - Throws: `WorkflowError`: bad input where there is no backup, damaged where it is incomplete or was changed.
    func verifiedManifest() throws -> BackupManifest {
        guard Folder.exists(path) else {
            throw WorkflowError(
                .badInput, "there is no such folder", file: path,
                remedy: "name a folder that lacuna database backup made")
        }
        guard let text = try? contents(of: Self.sums) else {
            throw WorkflowError(
                .damaged, "this is no complete backup: it has no file \(Self.sums), which is written last", file: path,
                remedy: "name a complete backup; an interrupted one cannot be restored")
        }
        let expected = Set([Self.manifest, Self.dump, Self.objectList])
        guard let entries = ChecksumList.parse(String(decoding: text, as: UTF8.self)),
            Set(entries.map(\.path)) == expected, entries.count == expected.count
        else { throw changed(Self.sums) }
        for entry in entries where (try? digest(entry.path)) != entry.digest { throw changed(entry.path) }
        do {
            let manifest = try BackupManifest.parse(try contents(of: Self.manifest))
            try check(manifest)
            return manifest
        } catch is DocumentProblem {
            throw changed(Self.manifest)
        }
    }

    private func check(_ manifest: BackupManifest) throws {
        guard manifest.format <= BackupManifest.currentFormat else {
            throw WorkflowError(
                .conflict, "a newer program made the backup: it has format \(manifest.format)", file: path,
                remedy: "install a newer release of the program")
        }
        for recorded in [manifest.dump, manifest.objectList] {
            guard [Self.dump, Self.objectList].contains(recorded.name), try describe(recorded.name) == recorded else {
                throw changed(Self.manifest)
            }
        }
    }

    /// The objects of the backup, by the list.
    func listedObjects() throws -> [Digest] {
        let text = String(decoding: try contents(of: Self.objectList), as: UTF8.self)
        guard let entries = ChecksumList.parse(text) else { throw changed(Self.objectList) }
        return entries.map(\.digest)
    }

    /// The line of an object in the list.
    static func entry(_ digest: Digest) -> ChecksumList.Entry {
        let name = digest.description
        return ChecksumList.Entry(digest: digest, path: "\(objectFolder)/\(name.prefix(2))/\(name.dropFirst(2))")
    }

    func changed(_ name: String) -> WorkflowError {
        WorkflowError(
            .damaged, "the file of the backup is missing or does not match its checksum", file: file(name),
            remedy: "restore from another backup, or copy this one again from where it is intact")
    }

    private func contents(of name: String) throws(SystemError) -> [UInt8] {
        try OpenFile(reading: file(name)).contents()
    }

    private func digest(_ name: String) throws -> Digest {
        do {
            return try SHA256.digest(ofFile: file(name))
        } catch let error as SystemError {
            throw WorkflowError(backup: error)
        }
    }

    private func reading<T>(_ body: () throws(SystemError) -> T) throws(WorkflowError) -> T {
        do { return try body() } catch { throw WorkflowError(backup: error) }
    }
}

extension WorkflowError {
    /// A file or folder of a backup that cannot be read or written.
    init(backup error: SystemError) {
        self.init(
            .unreachable, "\(error.operation) failed: \(error.reason)", file: error.path,
            remedy: "check that the folder exists, that this user may use it, and that space is free")
    }
}
