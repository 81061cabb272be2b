internal import Console
internal import Glibc
internal import Importers

/// The folder that a release's files are recorded relative to: the deepest that holds labels and images, as far as they lie
/// together when the release is new. An image that comes later from outside, or that a list names there, is named with `..`; one
/// that lies with another dataset is recorded under that one's root.
struct ReleaseRoot: Hashable, Sendable {
    let path: String

    init(path: String) { self.path = path }

    /// - Parameter folder: taken, or the folder of that file, where no file of the dataset lies in it.
    init(of list: CaseList, folder: String) {
        let folders = Set(list.ownFiles.map(\.root))
        guard let first = folders.min() else {
            path = folder.hasSuffix(".json") ? "/" + Self.parts(folder).dropLast().joined(separator: "/") : folder
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
        return (up + parts.dropFirst(common).map(String.init)).joined(separator: "/")
    }

    /// Whether there is a file at a relative path. Looks at the disk.
    func holds(_ relative: String) -> Bool { access("\(path)/\(relative)", F_OK) == 0 }

    /// The absolute path without symbolic links. Blocks.
    static func resolve(_ path: String) throws -> String {
        guard let resolved = realpath(path, nil) else { throw ImportError.unreadableFolder(path) }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// What a dataset is called after its folder or file.
    static func name(of path: String) -> String {
        let last = parts(path).last.map(String.init) ?? "dataset"
        let ending = [".nii.gz", ".nii", ".json"].first(where: last.hasSuffix) ?? ""
        return String(last.dropLast(ending.count))
    }

    private static func parts(_ path: String) -> [Substring] { path.split(separator: "/") }
}

extension CaseList {
    /// Every label file.
    var labels: [SourceFile] { (cases.flatMap(\.labels) + waiting.flatMap(\.labels)).map(\.file) }

    /// Whether single annotators drew something beside the labels.
    var hasAnnotators: Bool {
        cases.contains { !$0.annotators.isEmpty } || waiting.contains { !$0.annotators.isEmpty }
    }

    /// Labels and images, of whichever dataset these are.
    var files: [SourceFile] { cases.map(\.image) + labels }

    /// Labels and images but those that lie with another dataset, or outside because a list says so.
    fileprivate var ownFiles: [SourceFile] {
        cases.flatMap { item in
            item.expected == nil && !outside.contains(item.image) ? item.files : item.labels.map(\.file)
        }
            + waiting.flatMap { $0.labels.map(\.file) }
    }
}
