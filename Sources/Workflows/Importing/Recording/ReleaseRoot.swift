internal import Domain
internal import Importers
internal import System

/// The folder that a release's files are recorded relative to: the deepest that contains the labels and the images of a new
/// release. Images that are added later from outside, or that a list names outside, have a path with `..`; images of another
/// dataset are recorded relative to that dataset's root.
struct ReleaseRoot: Hashable, Sendable {
    let path: String

    init(path: String) { self.path = path }

    /// - Parameter folder: the root where the list has no file of its own; of a `.json` file its folder.
    init(of list: CaseList, folder: String) {
        let folders = Set(list.ownFiles.map(\.root))
        guard let first = folders.min() else {
            path = FilePath.has(ending: ".json", folder) ? FilePath.parent(of: folder) : folder
            return
        }
        var common = Self.parts(first)
        for folder in folders {
            common = zip(common, Self.parts(folder)).prefix { $0 == $1 }.map(\.0)
        }
        path = "/" + common.joined(separator: "/")
    }

    /// The path from the root to the file.
    func relative(_ file: SourceFile) -> String {
        let (parts, own) = (Self.parts(file.absolutePath), Self.parts(path))
        let common = zip(parts, own).prefix { $0 == $1 }.count
        let up = Array(repeating: "..", count: own.count - common)
        return (up + parts.dropFirst(common)).joined(separator: "/")
    }

    /// Whether a file exists at a relative path. Checks the disk.
    func holds(_ relative: String) -> Bool { FilePath.exists("\(path)/\(relative)") }

    /// The absolute path without symbolic links. Blocks.
    static func resolve(_ path: String) throws -> String {
        guard let resolved = FilePath.resolved(path) else { throw ImportError.unreadableFolder(path) }
        return resolved
    }

    /// The default name of a dataset: the name of its folder or file.
    static func name(of path: String) -> String {
        let last = parts(path).last ?? "dataset"
        let ending = [".nii.gz", ".nii", ".json"].first(where: last.hasSuffix) ?? ""
        return GivenName.normalised(String(last.dropLast(ending.count)))
    }

    private static func parts(_ path: String) -> [String] { FilePath.parts(of: path) }
}

extension CaseList {
    /// Every label file.
    var labels: [SourceFile] { (cases.flatMap(\.labels) + waiting.flatMap(\.labels)).map(\.file) }

    /// Whether it has masks of single annotators beside the labels.
    var hasAnnotators: Bool {
        cases.contains { !$0.annotators.isEmpty } || waiting.contains { !$0.annotators.isEmpty }
    }

    /// Labels and images, including those of another dataset.
    var files: [SourceFile] { cases.map(\.image) + labels }

    /// Labels and images without those of another dataset and those that a list names outside.
    fileprivate var ownFiles: [SourceFile] {
        cases.flatMap { item in
            item.expected == nil && !outside.contains(item.image) ? item.files : item.labels.map(\.file)
        }
            + waiting.flatMap { $0.labels.map(\.file) }
    }
}
