/// Where the paths of a datalist begin.
struct DatalistFolders: Sendable {
    /// The list's own folder.
    let own: DatasetFolder
    /// The deepest folder that holds all that the list names relative to its own; that one where nothing is deeper. A list in
    /// a folder above many datasets so makes none of the others its own.
    private let deepest: DatasetFolder
    private let depth: Int
    /// Where the caller says that paths begin.
    private let given: DatasetFolder?

    /// - Throws: `unreadableFolder`.
    init(_ file: SourceFile, _ entries: [DatalistDescription.Entry], images: String?) throws(ImportError) {
        own = try DatasetFolder(file.root)
        given = try images.map { path throws(ImportError) in try DatasetFolder(path) }
        let shared = Self.shared(entries)
        let path = own.root + "/" + shared.joined(separator: "/")
        // A folder behind a link lies elsewhere.
        if !shared.isEmpty, let folder = try? DatasetFolder(path), folder.root == path {
            (deepest, depth) = (folder, shared.count)
        } else {
            (deepest, depth) = (own, 0)
        }
    }

    /// Folders that all relative paths begin with. Of images alone the folder above them, where labels may come to lie.
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

    /// - Throws: `missingFile` where no folder has it, `leavesFolder`.
    func label(_ path: String) throws(ImportError) -> SourceFile {
        try find(path, in: deepest) { folder, path throws(ImportError) in try folder.file(path, role: "label") }
    }

    /// Images may lie anywhere, where the list says so by an absolute path: that is how MONAI reads it.
    /// - Throws: `missingFile` where no folder has it, `leavesFolder` for ".." and links to the outside.
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
        if let given, !own.hasFile(path), given.hasFile(path) { return try file(given, path) }
        return try file(folder, Self.parts(path).dropFirst(depth).joined(separator: "/"))
    }

    /// Whether a file lies in one of the folders.
    func hold(_ file: SourceFile) -> Bool { own.holds(file) || given?.holds(file) == true }

    /// Where a path was looked for last, for messages.
    var last: String { (given ?? own).root }
}
