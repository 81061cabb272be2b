internal import System

/// Where a dataset's images are searched: beside the labels, or in the file or folder that the caller gives.
struct ImageSource: Sendable {
    let dataset: DatasetFolder
    let elsewhere: Elsewhere?

    enum Elsewhere: Hashable, Sendable {
        case file(SourceFile)
        case folder(DatasetFolder)
    }

    /// - Throws: `unreadableFolder` where the caller's path does not exist.
    init(dataset: DatasetFolder, images: String?) throws(ImportError) {
        self.dataset = dataset
        guard let images else {
            elsewhere = nil
            return
        }
        guard let path = FilePath.resolved(images) else { throw .unreadableFolder(images) }
        if DatasetFolder.kind(of: path) == .file {
            elsewhere = .file(try Self.singleFile(path))
        } else {
            elsewhere = .folder(try DatasetFolder(path))
        }
    }

    /// The file at an absolute path, with its own folder as root.
    static func singleFile(_ path: String) throws(ImportError) -> SourceFile {
        try DatasetFolder(FilePath.parent(of: path)).file(FilePath.name(of: path), role: "file")
    }

    /// The image at a path from the dataset; in the caller's folder by the same path, else by the same name.
    /// - Parameter mayBeOutside: whether the list may name images outside the dataset's folder.
    /// - Throws: `missingFile`, `leavesFolder`.
    func image(at path: String, mayBeOutside: Bool = false) throws(ImportError) -> SourceFile {
        switch elsewhere {
        case nil: return mayBeOutside ? try dataset.listedImage(path) : try dataset.file(path, role: "image")
        case .file(let file): return file
        case .folder(let folder):
            return try folder.file(folder.hasFile(path) ? path : FilePath.name(of: path), role: "image")
        }
    }

    /// The image of a case: the first path that exists, with `.nii.gz` or `.nii` appended.
    /// - Parameters:
    ///   - name: the case, for the message.
    ///   - beside: candidates in the dataset's folder.
    ///   - inFolder: candidates in the caller's folder.
    /// - Throws: `missingFile`, `leavesFolder`.
    func image(of name: String, beside: [String], inFolder: [String]) throws(ImportError) -> SourceFile {
        if case .file(let file)? = elsewhere { return file }
        var folder = dataset
        var candidates = beside
        if case .folder(let images)? = elsewhere { (folder, candidates) = (images, inFolder) }
        guard let path = candidates.lazy.compactMap(folder.volume).first else {
            throw .missingFile(file: name, role: "image")
        }
        return try folder.file(path, role: "image")
    }

    /// Whether the caller gives a single image file, so that the dataset can have only one case.
    var isSingleFile: Bool {
        if case .file? = elsewhere { true } else { false }
    }
}
