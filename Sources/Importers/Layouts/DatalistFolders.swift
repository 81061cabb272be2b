/// The folders to which the paths of a datalist are relative.
struct DatalistFolders: Sendable {
    /// The list's own folder.
    let own: DatasetFolder
    /// The deepest folder that contains every relative path of the list; the root of the release. A list in a folder
    /// above many datasets therefore does not make all of them one release.
    private let deepest: DatasetFolder
    private let depth: Int
    /// The folder that the caller gives with `--images`.
    private let given: DatasetFolder?

    /// - Throws: `unreadableFolder`.
    init(_ file: SourceFile, _ entries: [DatalistDescription.Entry], images: String?) throws(ImportError) {
        own = try DatasetFolder(file.root)
        given = try images.map { path throws(ImportError) in try DatasetFolder(path) }
        let shared = Self.shared(entries)
        let path = own.root + "/" + shared.joined(separator: "/")
        // A folder behind a symbolic link does not become the root.
        if !shared.isEmpty, let folder = try? DatasetFolder(path), folder.root == path {
            (deepest, depth) = (folder, shared.count)
        } else {
            (deepest, depth) = (own, 0)
        }
    }

    /// The folders with which all relative paths begin. In a list of images alone, without the last of them: labels may
    /// be added beside that folder.
    private static func shared(_ entries: [DatalistDescription.Entry]) -> [Substring] {
        let labels = entries.flatMap { [$0.label, $0.pseudoLabel] }.compactMap { $0 }.filter { !$0.hasPrefix("/") }
        let images = entries.map(\.image).filter { !$0.hasPrefix("/") }
        var common: [Substring]?
        for path in labels + images {
            let folders = parts(path).dropLast()
            guard !folders.contains("..") else { return [] }
            common = common.map { zip($0, folders).prefix { $0 == $1 }.map(\.0) } ?? Array(folders)
        }
        return labels.isEmpty ? (common ?? []).dropLast() : common ?? []
    }

    private static func parts(_ path: String) -> [Substring] { path.split(separator: "/").filter { $0 != "." } }

    /// - Throws: `missingFile` where it is in no folder, `leavesFolder`.
    func label(_ path: String) throws(ImportError) -> SourceFile {
        try find(path, in: deepest) { folder, path throws(ImportError) in try folder.file(path, role: "label") }
    }

    /// An absolute path may lead anywhere, as MONAI reads it.
    /// - Throws: `missingFile` where it is in no folder, `leavesFolder` for ".." and links to the outside.
    func image(_ path: String) throws(ImportError) -> SourceFile {
        try find(path, in: deepest) { folder, path throws(ImportError) in
            path.hasPrefix("/") ? try folder.listedImage(path) : try folder.file(path, role: "image")
        }
    }

    private func find(
        _ path: String, in folder: DatasetFolder,
        _ file: (DatasetFolder, String) throws(ImportError) -> SourceFile
    ) throws(ImportError) -> SourceFile {
        if path.hasPrefix("/") { return try file(own, path) }
        if let given, !own.hasFile(path), given.hasFile(path) || given.otherEnding(of: path) != nil {
            return try file(given, path)
        }
        return try file(folder, Self.parts(path).dropFirst(depth).joined(separator: "/"))
    }

    /// Whether a file is in one of the folders.
    func hold(_ file: SourceFile) -> Bool { own.holds(file) || given?.holds(file) == true }

    /// The folder that was searched last, for messages.
    var last: String { (given ?? own).root }
}
