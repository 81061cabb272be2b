internal import Glibc
internal import System

/// A hidden folder beside the output in which an export is written, and which is renamed to the output at the end.
public struct StagedOutput: Sendable {
    /// The path of the finished export.
    public let target: String
    /// The hidden folder beside the target.
    public let folder: String
    private let lock: FolderLock?

    /// Creates the folder, which is removed when the process is interrupted, and removes those that killed processes left beside it.
    /// Blocks.
    ///
    /// - Throws: `exists` where the target exists, `noFolder`, `unwritable`.
    public init(target: String) throws(ExportError) {
        let (parent, name) = (FilePath.parent(of: target), FilePath.name(of: target))
        let path = FilePath.has(ending: "/", target) && name != "/" ? String(target.dropLast()) : target
        try Self.refuse(existing: path)
        guard FilePath.exists(parent) else { throw .noFolder(parent) }
        Self.removeLeftovers(of: name, in: parent)
        let folder = "\(parent)/.\(name).\(getpid())-\(UInt32.random(in: 0...UInt32.max)).part"
        try Self.makeFolder(folder)
        Unfinished.add(folder)
        (self.target, self.folder, lock) = (path, folder, FolderLock(folder))
    }

    /// Removes the folders of exports to this target whose process has ended, as their locks show. One without a lock of its file system
    /// stays.
    private static func removeLeftovers(of name: String, in parent: String) {
        for entry in (try? Folder.entries(of: parent)) ?? [] where entry.kind == .folder {
            guard entry.name.utf8.starts(with: ".\(name).".utf8), FilePath.has(ending: ".part", entry.name) else {
                continue
            }
            let path = "\(parent)/\(entry.name)"
            if let lock = FolderLock(path) { withExtendedLifetime(lock) { try? Folder.remove(path) } }
        }
    }

    /// Refuses a path that exists, also a broken link. Blocks.
    ///
    /// - Throws: `exists`.
    public static func refuse(existing path: String) throws(ExportError) {
        var status = stat()
        if lstat(path, &status) == 0 { throw .exists(path) }
    }

    /// Creates a folder in the staged folder and returns its path. Blocks.
    public func subfolder(_ name: String) throws(ExportError) -> String {
        try Self.makeFolder("\(folder)/\(name)")
        return "\(folder)/\(name)"
    }

    /// Writes a text file into the staged folder. Blocks.
    public func write(_ text: String, as name: String) throws(ExportError) {
        let path = "\(folder)/\(name)"
        do {
            try AtomicFile.write(text, to: path)
        } catch {
            throw .unwritable(file: path, reason: error.reason)
        }
    }

    /// Renames the staged folder to the target. Blocks.
    ///
    /// - Throws: `exists`, `unwritable`.
    public func publish() throws(ExportError) {
        try Self.move(folder, to: target)
        Unfinished.forget(folder)
    }

    /// Renames files and folders of the staged folder to their final paths: all of them or none. Blocks.
    ///
    /// - Throws: `exists`, `unwritable`.
    public func publish(_ pieces: [(name: String, path: String)]) throws(ExportError) {
        for (index, piece) in pieces.enumerated() {
            do throws(ExportError) {
                try Self.move("\(folder)/\(piece.name)", to: piece.path)
            } catch {
                for done in pieces[..<index] { rename(done.path, "\(folder)/\(done.name)") }
                throw error
            }
        }
    }

    /// Removes whatever is left of the staged folder. Blocks.
    public func discard() {
        try? Folder.remove(folder)
        Unfinished.forget(folder)
    }

    // MARK: -

    private static func move(_ source: String, to target: String) throws(ExportError) {
        try refuse(existing: target)
        guard rename(source, target) == 0 else { throw failure(target) }
    }

    private static func makeFolder(_ path: String) throws(ExportError) {
        guard mkdir(path, 0o777) == 0 else { throw failure(path) }
    }

    private static func failure(_ path: String) -> ExportError {
        .unwritable(file: path, reason: String(cString: strerror(errno)))
    }
}
