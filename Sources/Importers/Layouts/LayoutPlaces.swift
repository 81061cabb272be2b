internal import Domain
internal import System

/// The places of a dataset's images and labels, each of whose files is either used or reported.
public struct LayoutPlaces: Sendable {
    /// Nil where a single file is imported.
    let folder: DatasetFolder?
    /// Folders relative to the dataset's, with the number of folders below them that are searched too. The folders of used files
    /// are always searched.
    var searched: [(path: String, depth: Int)] = []
    /// Files that other findings name, or that are known to be of no interest, as relative paths.
    var known: Set<String> = []

    /// Adds findings about files that no case uses, and explains labels without image by them.
    func report(to list: inout CaseList) {
        guard let folder else { return }
        let use = FileUse(list, in: folder, known: known)
        var files = UnusedFiles(in: folder, isUsed: use.contains)
        for place in searched { files.search(place.path, depth: place.depth) }
        for place in use.folders.sorted() { files.search(place, depth: 0) }
        list.explain(links: files.links, others: files.otherFormats)
        list.findings += files.findings
    }
}

/// The files of a folder that the cases of a list use, or that its report names.
private struct FileUse {
    /// Folders of the cases' files.
    private(set) var folders: Set<String> = []
    private var files: Set<ExactText> = []
    /// Files and folders of slices, by their first parts.
    private var slices: Set<String> = []
    private let refused: [(name: String, key: String)]

    init(_ list: CaseList, in folder: DatasetFolder, known: Set<String>) {
        files = Set(known.map { ExactText($0) })
        refused = list.refused.map { ($0.name, PairName.key($0.name)) }
        for report in list.refused {
            if case .refused(let error) = report.outcome { note([error.file]) }
            if case .quarantined(let error) = report.outcome { note([error.file]) }
        }
        let labels = list.cases.flatMap(\.labels) + list.waiting.flatMap(\.labels)
        for file in list.cases.map(\.image) + labels.map(\.file) { add(file, in: folder) }
        for item in list.cases { note(item.findings.map(\.file)) }
        for item in list.waiting { note(item.findings.map(\.file)) }
        let drawn = list.cases.flatMap(\.annotators) + list.waiting.flatMap(\.annotators)
        note(drawn.flatMap(\.instances).map(\.file.path))
    }

    private mutating func note(_ paths: some Sequence<String>) { files.formUnion(paths.map { ExactText($0) }) }

    private mutating func add(_ file: SourceFile, in folder: DatasetFolder) {
        guard folder.holds(file) else { return }
        let path = String(file.absolutePath.dropFirst(folder.root == "/" ? 1 : folder.root.count + 1))
        note([path])
        let ending = path.lowercased()
        if ending.hasSuffix(".hdr") || ending.hasSuffix(".img") { note([String(path.dropLast(4))]) }
        if file.isFolder { slices.insert(path + "/") } else { folders.insert(Self.folder(of: path)) }
    }

    func contains(_ path: String) -> Bool {
        if files.contains(ExactText(path)) || slices.contains(where: path.hasPrefix) { return true }
        let ending = path.lowercased()
        if ending.hasSuffix(".hdr") || ending.hasSuffix(".img"), files.contains(ExactText(String(path.dropLast(4)))) {
            return true
        }
        let key = PairName.key(FilePath.name(of: path))
        return refused.contains { path.contains($0.name) || key == $0.key }
    }

    private static func folder(of path: String) -> String {
        path.split(separator: "/").dropLast().joined(separator: "/")
    }
}
