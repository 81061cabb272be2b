internal import Domain
internal import Imaging
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
    /// Absolute paths of the used files outside the folder, to which links in it may lead.
    private var outside: Set<String> = []
    private let folder: DatasetFolder
    private let refused: [(name: String, key: String)]

    init(_ list: CaseList, in folder: DatasetFolder, known: Set<String>) {
        (files, self.folder) = (Set(known.map { ExactText($0) }), folder)
        refused = list.refused.map { ($0.name, PairName.key($0.name)) }
        for report in list.refused {
            if case .refused(let error) = report.outcome { note([error.file]) }
            if case .quarantined(let error) = report.outcome { note([error.file]) }
        }
        let labels = list.cases.flatMap(\.labels) + list.waiting.flatMap(\.labels)
        for file in list.cases.map(\.image) + labels.map(\.file) { add(file) }
        for item in list.cases { note(item.findings.map(\.file)) }
        for item in list.waiting { note(item.findings.map(\.file)) }
        let drawn = list.cases.flatMap(\.annotators) + list.waiting.flatMap(\.annotators)
        note(drawn.flatMap(\.instances).map(\.file.path))
    }

    private mutating func note(_ paths: some Sequence<String>) { files.formUnion(paths.map { ExactText($0) }) }

    private mutating func add(_ file: SourceFile) {
        guard folder.holds(file) else {
            outside.formUnion(ImagePair.files(of: file.absolutePath))
            return
        }
        let path = String(file.absolutePath.dropFirst(folder.root == "/" ? 1 : folder.root.count + 1))
        note([path])
        if SourceFile.isPair(path) { note([SourceFile.stem(of: path)]) }
        if file.isFolder { slices.insert(path + "/") } else { folders.insert(Self.folder(of: path)) }
    }

    func contains(_ path: String) -> Bool {
        if files.contains(ExactText(path)) || slices.contains(where: path.hasPrefix) { return true }
        if SourceFile.isPair(path), files.contains(ExactText(SourceFile.stem(of: path))) { return true }
        if !outside.isEmpty, let target = FilePath.resolved("\(folder.root)/\(path)"), outside.contains(target) {
            return true
        }
        let key = PairName.key(FilePath.name(of: path))
        return refused.contains { path.contains($0.name) || key == $0.key }
    }

    private static func folder(of path: String) -> String {
        path.split(separator: "/").dropLast().joined(separator: "/")
    }
}
