internal import FoundationEssentials
internal import Glibc

/// A dataset's folder: what lies in it, and the rule that nothing of it lies elsewhere but images, where a list names them.
struct DatasetFolder: Hashable, Sendable {
    /// Absolute path without symbolic links.
    let root: String

    /// - Throws: `unreadableFolder` where the path is no folder.
    init(_ path: String) throws(ImportError) {
        guard let resolved = Self.resolve(path), Self.kind(of: resolved) == .folder else {
            throw .unreadableFolder(path)
        }
        root = resolved
    }

    enum Kind { case file, folder }

    /// The last part of the folder's path.
    var name: String { root.split(separator: "/").last.map(String.init) ?? root }

    /// Names in `folder` (relative; "" is the root), sorted, without debris; empty where there is no such folder.
    func names(in folder: String = "") -> [String] {
        let path = folder.isEmpty ? root : root + "/" + folder
        let found = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return found.filter { !SourceFile.isDebris($0) }.sorted()
    }

    /// NIfTI files in `folder`, sorted.
    func volumes(in folder: String = "") -> [String] { names(in: folder).filter(SourceFile.isVolume) }

    func hasFile(_ path: String) -> Bool { Self.kind(of: root + "/" + path) == .file }
    func hasFolder(_ path: String) -> Bool { Self.kind(of: root + "/" + path) == .folder }

    /// The first of `stem.nii.gz` and `stem.nii` that exists.
    func volume(_ stem: String) -> String? { [".nii.gz", ".nii"].map { stem + $0 }.first(where: hasFile) }

    /// The file at a path that a description or a listing gives, after symbolic links.
    /// - Parameter role: what the file is for, for the message.
    /// - Throws: `leavesFolder` for "..", and for absolute paths and links to the outside; `missingFile`.
    func file(_ path: String, role: String) throws(ImportError) -> SourceFile {
        try entry(path, role: role) { $0 == .file }
    }

    /// Likewise a file, or a folder whose files are one image or one label.
    func fileOrFolder(_ path: String, role: String) throws(ImportError) -> SourceFile {
        try entry(path, role: role) { $0 != nil }
    }

    /// The image that a list names, in the folder or where an absolute path or a link says. Whoever wrote the list has said so, and
    /// an image by itself says nothing of any organ: a label from the outside would.
    /// - Throws: `leavesFolder` for "..", `missingFile`.
    func listedImage(_ path: String) throws(ImportError) -> SourceFile {
        do throws(ImportError) {
            return try file(path, role: "image")
        } catch .leavesFolder(let file, let target) {
            let isRooted = path.hasPrefix("/")
            guard isRooted || target.hasPrefix("/") else { throw .leavesFolder(file: file, path: target) }
            guard let found = Self.resolve(isRooted ? path : target), Self.kind(of: found) == .file,
                SourceFile.isVolume(found), let slash = found.lastIndex(of: "/")
            else { throw .missingFile(file: path, role: "image") }
            return SourceFile(
                root: slash == found.startIndex ? "/" : String(found[..<slash]),
                path: String(found[found.index(after: slash)...]))
        }
    }

    /// Whether a file is named from this folder or one inside.
    func holds(_ file: SourceFile) -> Bool { file.root == root || file.root.hasPrefix(prefix) }

    private var prefix: String { root == "/" ? "/" : root + "/" }

    /// The path from the folder, of an absolute path too where that lies inside; nil for one that does not.
    private func relative(_ path: String) -> String? {
        guard path.hasPrefix("/") else { return path }
        if path.hasPrefix(prefix) { return String(path.dropFirst(prefix.count)) }
        guard let target = Self.resolve(path), target.hasPrefix(prefix) else { return nil }
        return String(target.dropFirst(prefix.count))
    }

    private func entry(
        _ path: String, role: String, _ fits: (Kind?) -> Bool
    ) throws(ImportError) -> SourceFile {
        let parts = (relative(path) ?? "").split(separator: "/").filter { $0 != "." }
        guard !parts.isEmpty, !parts.contains("..") else {
            throw .leavesFolder(file: path, path: path)
        }
        let relative = parts.joined(separator: "/")
        guard let target = Self.resolve(root + "/" + relative) else { throw .missingFile(file: relative, role: role) }
        guard target.hasPrefix(prefix) else {
            throw .leavesFolder(file: relative, path: target)
        }
        guard fits(Self.kind(of: target)) else { throw .missingFile(file: relative, role: role) }
        return SourceFile(root: root, path: relative)
    }

    static func kind(of path: String) -> Kind? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .folder
        default: return nil
        }
    }

    /// Bytes of a file; nil where it cannot be seen.
    static func size(of path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }

    /// The absolute path without symbolic links; nil where nothing is there.
    static func resolve(_ path: String) -> String? {
        guard let pointer = realpath(path, nil) else { return nil }
        defer { free(pointer) }
        return String(cString: pointer)
    }
}
