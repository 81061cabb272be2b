internal import DICOM
internal import Domain
internal import System

/// The contents of a dataset's folders, each folder listed once.
///
/// For one recognition on one thread. Names are sorted, without debris (`SourceFile.isDebris`).
final class FolderListing {
    struct Entry: Hashable, Sendable {
        let name: String
        let isFolder: Bool
    }

    let folder: DatasetFolder
    private var known: [ExactText: [Entry]] = [:]

    init(_ folder: DatasetFolder) { self.folder = folder }

    /// Entries of a folder by its relative path, "" for the root; empty where the folder does not exist.
    func entries(_ path: String) -> [Entry] {
        if let found = known[ExactText(path)] { return found }
        let found = Self.read(path.isEmpty ? folder.root : folder.root + "/" + path)
        known[ExactText(path)] = found
        return found
    }

    /// Names of the folders within a folder.
    func folders(in path: String) -> [String] { entries(path).filter(\.isFolder).map(\.name) }

    /// Names of the files within a folder.
    func files(in path: String) -> [String] { entries(path).filter { !$0.isFolder }.map(\.name) }

    /// Every file at most `depth` folders below the root, as relative paths.
    func everyFile(depth: Int) -> [String] {
        var (found, open) = ([String](), [("", 0)])
        while let (path, level) = open.popLast() {
            for entry in entries(path) {
                let inside = path.isEmpty ? entry.name : path + "/" + entry.name
                if !entry.isFolder { found.append(inside) }
                if entry.isFolder && level < depth { open.append((inside, level + 1)) }
            }
        }
        return found.sorted()
    }

    /// Whether a folder or one below it contains DICOM slices, by the names of its files or the first bytes of some of them.
    func holdsSlices(_ path: String, depth: Int = 4) -> Bool {
        let files = files(in: path)
        return files.contains(where: SourceFile.isSlice)
            || files.filter { !SourceFile.isVolume($0) }.prefix(Self.probedFiles)
                .contains { SeriesFolder.isDICOM("\(folder.root)/\(path.isEmpty ? "" : path + "/")\($0)") }
            || depth > 0
                && folders(in: path).contains { holdsSlices(path.isEmpty ? $0 : "\(path)/\($0)", depth: depth - 1) }
    }

    /// Files of a folder whose bytes are read: scanners write slices without an ending beside a few files of other kinds.
    private static let probedFiles = 8

    private static func read(_ path: String) -> [Entry] {
        let found = (try? Folder.entries(of: path)) ?? []
        return found.filter { $0.isUTF8 && !SourceFile.isDebris($0.name) }.compactMap { entry in
            switch entry.kind == .link ? Folder.kind(of: "\(path)/\(entry.name)") : entry.kind {
            case .folder: Entry(name: entry.name, isFolder: true)
            case .file: Entry(name: entry.name, isFolder: false)
            case .link, .other, nil: nil
            }
        }
    }
}
