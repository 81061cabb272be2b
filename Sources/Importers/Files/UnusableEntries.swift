internal import System

/// What is in a dataset's folder and cannot be listed, named or opened: folders without permission, names that are not UTF-8, pipes.
///
/// A layout does not see such an entry and would take it for missing.
struct UnusableEntries {
    struct Found {
        /// Relative to the root; "" for the root itself.
        let path: String
        let error: ImportError
        var isFolder = false
    }

    private let root: String

    /// - Parameter root: an absolute path; a file has no such entries.
    init(in root: String) { self.root = root }

    private static let deepest = 8
    /// The endings of files that layouts open without knowing what they are.
    private static let descriptions = [".json", ".csv", ".tsv", ".xlsx", ".yaml", ".yml", ".txt"]

    /// - Throws: `unusable` for a description in the folder that is no regular file, such as a pipe, which a reader would wait for.
    func refuseDescriptions() throws(ImportError) {
        for entry in (try? Folder.entries(of: root)) ?? [] where isDescription(entry.name) {
            if let found = other(entry, inside: entry.name) { throw found.error }
        }
    }

    /// All of them, at most eight folders below the root, sorted by path. Hidden entries are left out. Reads every folder. Blocks.
    var all: [Found] {
        guard Folder.exists(root) else { return [] }
        var (found, open, seen) = ([Found](), [("", 0)], Set<String>())
        while let (place, level) = open.popLast() {
            let folder = place.isEmpty ? root : "\(root)/\(place)"
            guard let real = FilePath.resolved(folder), seen.insert(real).inserted else { continue }
            do {
                for entry in try Folder.entries(of: folder) where !isHidden(entry.name) {
                    let inside = place.isEmpty ? entry.name : "\(place)/\(entry.name)"
                    if let entry = unnamed(entry, inside) ?? other(entry, inside: inside) {
                        found.append(entry)
                    } else if level < Self.deepest, isFolder(entry, inside) {
                        if let obstacle = FilePath.obstacle("\(root)/\(inside)") {
                            found.append(closed(inside, obstacle))
                        } else {
                            open.append((inside, level + 1))
                        }
                    }
                }
            } catch {
                found.append(closed(place, error))
            }
        }
        return found.sorted { $0.path < $1.path }
    }

    private func isFolder(_ entry: Folder.Entry, _ inside: String) -> Bool {
        entry.kind == .folder || entry.kind == .link && Folder.exists("\(root)/\(inside)")
    }

    private func isHidden(_ name: String) -> Bool {
        name.utf8.first == UInt8(ascii: ".") || name == "lost+found" || SourceFile.isDebris(name)
    }

    private func isDescription(_ name: String) -> Bool {
        Self.descriptions.contains { FilePath.has(ending: $0, name) }
    }

    private func closed(_ path: String, _ error: SystemError) -> Found {
        Found(
            path: path,
            error: .unusable(
                file: path.isEmpty ? root : path, problem: "the folder cannot be read: \(error.reason)",
                remedy: "correct its permissions, and import again"), isFolder: true)
    }

    private func unnamed(_ entry: Folder.Entry, _ inside: String) -> Found? {
        guard !entry.isUTF8 else { return nil }
        return Found(
            path: inside,
            error: .unusable(
                file: inside, problem: "the name is not UTF-8", remedy: "rename the file or folder, and import again"))
    }

    /// A pipe, a socket or a device.
    private func other(_ entry: Folder.Entry, inside: String) -> Found? {
        guard entry.kind == .other || entry.kind == .link && Folder.kind(of: "\(root)/\(inside)") == .other else {
            return nil
        }
        return Found(
            path: inside,
            error: .unusable(
                file: inside, problem: "not a regular file", remedy: "replace it with a file, or remove it"))
    }
}

extension CaseList {
    /// Adds a refused case for everything in the dataset's folder that cannot be listed, named or opened, in place of the cases whose
    /// files it hides. Blocks.
    public mutating func refuseUnusable(in path: String) {
        guard let root = FilePath.resolved(path), Folder.exists(root) else { return }
        let found = UnusableEntries(in: root).all
        for folder in found.filter(\.isFolder) { removeCases(hiddenIn: folder.path) }
        if let folder = found.first(where: \.isFolder) {
            for item in waiting { refuse(item.name, folder.error) }
            waiting = []
        }
        for entry in found { refuse(entry.path, entry.error) }
    }

    /// Removes cases that miss a file in a folder, and cases whose other files are beside the folder.
    private mutating func removeCases(hiddenIn folder: String) {
        let place = FilePath.parent(of: folder)
        cases.removeAll { item in place != "." && item.files.contains { FilePath.parent(of: $0.path) == place } }
        refused.removeAll { report in
            guard case .refused(.missingFile(let file, _)) = report.outcome else { return false }
            return file == folder || FilePath.relative(file, to: folder) != nil
                || FilePath.relative(folder, to: file) != nil
        }
    }
}
