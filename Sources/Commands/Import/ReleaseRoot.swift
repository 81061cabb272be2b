internal import Console
internal import Glibc
internal import Importers

/// The folder that a release's files are recorded relative to: the deepest that holds labels and images.
struct ReleaseRoot: Hashable, Sendable {
    let path: String

    /// - Parameter folder: taken where there are no files.
    init(of cases: [CaseFiles], folder: String) {
        let folders = Set(cases.flatMap(\.files).map(\.root))
        guard let first = folders.min() else {
            path = folder
            return
        }
        var common = Self.parts(first)
        for folder in folders {
            common = zip(common, Self.parts(folder)).prefix { $0 == $1 }.map(\.0)
        }
        path = "/" + common.joined(separator: "/")
    }

    /// - Precondition: the file lies under the root.
    func relative(_ file: SourceFile) -> String {
        let parts = Self.parts(file.absolutePath)
        let own = Self.parts(path)
        precondition(parts.starts(with: own), "a file under the root")
        return parts.dropFirst(own.count).joined(separator: "/")
    }

    /// The absolute path without symbolic links. Blocks.
    static func resolve(_ path: String) throws -> String {
        guard let resolved = realpath(path, nil) else { throw ImportError.unreadableFolder(path) }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// What a dataset is called after its folder or file.
    static func name(of path: String) -> String {
        let last = parts(path).last.map(String.init) ?? "dataset"
        let ending = [".nii.gz", ".nii"].first(where: last.hasSuffix) ?? ""
        return String(last.dropLast(ending.count))
    }

    private static func parts(_ path: String) -> [Substring] { path.split(separator: "/") }
}
