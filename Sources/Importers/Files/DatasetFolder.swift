internal import System

/// A dataset's folder. Paths are resolved inside it; only images that a list names may be outside.
struct DatasetFolder: Hashable, Sendable {
    /// Absolute path without symbolic links.
    let root: String

    /// - Throws: `unreadableFolder` where the path is not a folder.
    init(_ path: String) throws(ImportError) {
        guard let resolved = FilePath.resolved(path), Self.kind(of: resolved) == .folder else {
            throw .unreadableFolder(path)
        }
        root = resolved
    }

    enum Kind { case file, folder }

    /// The last part of the folder's path.
    var name: String { FilePath.name(of: root) }

    /// Names in `folder` (relative; "" is the root), sorted, without debris; empty where the folder does not exist.
    func names(in folder: String = "") -> [String] {
        let path = folder.isEmpty ? root : root + "/" + folder
        let found = (try? Folder.entries(of: path)) ?? []
        return found.filter { $0.isUTF8 && !SourceFile.isDebris($0.name) }.map(\.name)
    }

    /// NIfTI files in `folder`, sorted.
    func volumes(in folder: String = "") -> [String] { names(in: folder).filter(SourceFile.isVolume) }

    func hasFile(_ path: String) -> Bool { Self.kind(of: root + "/" + path) == .file }
    func hasFolder(_ path: String) -> Bool { Self.kind(of: root + "/" + path) == .folder }

    /// The first of `stem.nii.gz` and `stem.nii` that exists, else the only one of that stem with another ending, such as
    /// `.NII.GZ`.
    func volume(_ stem: String) -> String? {
        [".nii.gz", ".nii"].map { stem + $0 }.first(where: hasFile) ?? otherEnding(of: stem + ".nii.gz")
    }

    /// The regular file at a path from a description or a listing, symbolic links resolved.
    /// - Parameter role: the file's role in the case, for the message.
    /// - Throws: `leavesFolder` for "..", and for absolute paths and links to the outside; `missingFile`.
    func file(_ path: String, role: String) throws(ImportError) -> SourceFile {
        try entry(path, role: role) { $0 == .file }
    }

    /// The same for a file, or for a folder whose files form one image or one label.
    func fileOrFolder(_ path: String, role: String) throws(ImportError) -> SourceFile {
        try entry(path, role: role) { $0 != nil }
    }

    /// Whether the file's root is this folder or one inside it.
    func holds(_ file: SourceFile) -> Bool { file.root == root || FilePath.relative(file.root, to: root) != nil }

    /// The path relative to the folder; nil for an absolute path outside it.
    private func relative(_ path: String) -> String? {
        guard FilePath.isAbsolute(path) else { return path }
        return FilePath.relative(path, to: root)
            ?? FilePath.resolved(path).flatMap { FilePath.relative($0, to: root) }
    }

    private func entry(
        _ path: String, role: String, _ fits: (Kind?) -> Bool
    ) throws(ImportError) -> SourceFile {
        let parts = FilePath.parts(of: relative(path) ?? "").filter { $0 != "." }
        guard !parts.isEmpty, !parts.contains("..") else {
            throw .leavesFolder(file: path, path: path)
        }
        let named = parts.joined(separator: "/")
        let relative = FilePath.exists(root + "/" + named) ? named : otherEnding(of: named) ?? named
        guard let target = FilePath.resolved(root + "/" + relative) else {
            throw .missingFile(file: named, role: role)
        }
        guard FilePath.relative(target, to: root) != nil else {
            throw .leavesFolder(file: relative, path: target)
        }
        let kind = Self.kind(of: target)
        guard fits(kind) else {
            if kind == .folder { throw .folder(relative, role) }
            throw .missingFile(file: relative, role: role)
        }
        return SourceFile(root: root, path: relative)
    }

    /// What a path refers to, links followed; nil where nothing exists, or neither a file nor a folder.
    static func kind(of path: String) -> Kind? {
        switch Folder.kind(of: path) {
        case .file: .file
        case .folder: .folder
        case .link, .other, nil: nil
        }
    }

    /// Size of a file in bytes; nil where it cannot be read.
    static func size(of path: String) -> Int? { FilePath.size(of: path) }
}
