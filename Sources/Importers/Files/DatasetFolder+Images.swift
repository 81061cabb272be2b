internal import System

/// Images that lists name: with another ending, without one, or outside the dataset's folder.
extension DatasetFolder {
    /// The only file that a path without a file can mean: its name differs in the ending alone, or the path has none. A `.hdr` and
    /// `.img` pair is one file, named by its header.
    func otherEnding(of path: String) -> String? {
        let place = String(FilePath.parent(of: "/" + path).dropFirst())
        let stem = SourceFile.stem(of: FilePath.name(of: path))
        let found = names(in: place)
            .filter { (SourceFile.isVolume($0) || SourceFile.isPair($0)) && SourceFile.stem(of: $0) == stem }
            .map { place.isEmpty ? $0 : "\(place)/\($0)" }.filter(hasFile)
        let halves = found.filter(SourceFile.isPair)
        guard !halves.isEmpty else { return found.count == 1 ? found[0] : nil }
        let headers = halves.filter { FilePath.name(of: $0).lowercased().contains(".hdr") }
        return halves.count == found.count && halves.count <= 2 && headers.count == 1 ? headers[0] : nil
    }

    /// The image that a list names: in the folder, or outside it where an absolute path or a link leads there.
    ///
    /// Images may be outside because they carry no annotation; labels may not.
    /// - Throws: `leavesFolder` for "..", `missingFile`, `unusable` for a folder and for a file that cannot be read.
    func listedImage(_ path: String) throws(ImportError) -> SourceFile {
        do throws(ImportError) {
            return try file(path, role: "image")
        } catch .leavesFolder(let file, let target) {
            let isRooted = FilePath.isAbsolute(path)
            guard isRooted || FilePath.isAbsolute(target) else { throw .leavesFolder(file: file, path: target) }
            return try Self.outsideImage(isRooted ? path : target)
        }
    }

    /// The image at an absolute path, links resolved. A link to a file whose name has no ending of an image, as in a store of
    /// objects, keeps its own name: the ending and the other half of a pair are there.
    private static func outsideImage(_ path: String) throws(ImportError) -> SourceFile {
        let folder = try? DatasetFolder(FilePath.parent(of: path))
        let name = FilePath.name(of: path)
        let isThere = FilePath.exists(path)
        let named = folder.map { "\($0.root)/\(isThere ? name : $0.otherEnding(of: name) ?? name)" } ?? path
        guard let found = FilePath.resolved(named) else {
            guard let obstacle = FilePath.obstacle(path) else { throw .missingFile(file: path, role: "image") }
            throw .unusable(
                file: path, problem: "the image cannot be read: \(obstacle.reason)", remedy: "correct its permissions")
        }
        guard kind(of: found) == .file else { throw .folder(path, "image") }
        let own = isImage(found) || !isImage(named) ? found : named
        return SourceFile(root: FilePath.parent(of: own), path: FilePath.name(of: own))
    }

    private static func isImage(_ path: String) -> Bool {
        SourceFile.isVolume(FilePath.name(of: path)) || SourceFile.isPair(FilePath.name(of: path))
    }
}

extension ImportError {
    /// A list or a layout names a folder where a file is expected.
    static func folder(_ path: String, _ role: String) -> ImportError {
        .unusable(
            file: path, problem: "not a file, and the \(role) must be one",
            remedy: "name a NIfTI file; folders of DICOM slices import with a map (--map)")
    }
}
