internal import Imaging
internal import System

/// Finds the files that are beside a dataset's images and labels and belong to no case, so that none is left out unsaid.
struct UnusedFiles {
    /// The reason why a file is not used, in the order of reports.
    private enum Reason: CaseIterable {
        case missing, incomplete, volume, otherFormat, slices, other
    }

    private var found: [Reason: [String]] = [:]
    private var places: Set<String> = []
    private let folder: DatasetFolder
    private let isUsed: (String) -> Bool

    /// - Parameter isUsed: whether a file, as a path relative to the folder, belongs to a case or is reported already.
    init(in folder: DatasetFolder, isUsed: @escaping (String) -> Bool) {
        (self.folder, self.isUsed) = (folder, isUsed)
    }

    /// Adds the unused files of a place.
    /// - Parameters:
    ///   - place: relative to the dataset's folder; "" is the folder itself.
    ///   - depth: how many folders below it are searched too.
    mutating func search(_ place: String, depth: Int) {
        guard places.insert(place).inserted || depth > 0 else { return }
        let path = place.isEmpty ? folder.root : "\(folder.root)/\(place)"
        for entry in (try? Folder.entries(of: path)) ?? [] where !Self.isHidden(entry.name) {
            let inside = place.isEmpty ? entry.name : "\(place)/\(entry.name)"
            switch entry.kind == .link ? Folder.kind(of: "\(path)/\(entry.name)") : entry.kind {
            case .folder: if depth > 0 { search(inside, depth: depth - 1) }
            case .file, .link, .other, nil: note(inside, isMissing: !FilePath.exists("\(path)/\(entry.name)"))
            }
        }
    }

    /// One finding for each reason.
    var findings: [ImportFinding] {
        Reason.allCases.compactMap { reason in
            guard let files = found[reason].map({ Set($0).sorted() }), let first = files.first else { return nil }
            let (problem, remedy) = Self.text(reason)
            return ImportFinding(
                .description, file: first, problem: "\(problem): " + ImportError.list(files), remedy: remedy)
        }
    }

    /// Links to files that do not exist.
    var links: [String] { found[.missing] ?? [] }
    var otherFormats: [String] { found[.otherFormat] ?? [] }

    private mutating func note(_ file: String, isMissing: Bool) {
        guard !isUsed(file), let reason = isMissing ? .missing : Self.reason(file, in: folder) else { return }
        found[reason, default: []].append(file)
    }

    private static func isHidden(_ name: String) -> Bool { name.hasPrefix(".") || SourceFile.isDebris(name) }

    // MARK: - Reasons

    private static let formats = [
        "nrrd", "nhdr", "mha", "mhd", "mgz", "mgh", "mnc", "gipl", "npy", "npz", "h5", "hdf5", "mat", "vtk", "vti",
        "raw", "zraw",
        "tif", "tiff", "zip", "tar", "tgz", "7z", "rar", "bz2", "xz", "zst", "hdr", "img",
    ]
    private static let texts = [
        "json", "csv", "tsv", "txt", "md", "rst", "xml", "pdf", "xls", "xlsx", "ods", "doc", "docx", "html", "htm",
        "yaml",
        "yml", "toml", "ini", "py", "ipynb", "sh", "m", "r", "bib", "log", "bval", "bvec", "sha256", "md5", "ctbl",
        "label",
    ]
    private static let incomplete = ["part", "partial", "crdownload", "download", "tmp", "temp", "aria2"]

    /// Whether a file has the ending of a text or a table.
    static func isText(_ file: String) -> Bool { texts.contains(ending(of: file)) }

    /// Whether a file has the ending of a format of images that is not read.
    static func isOtherFormat(_ file: String) -> Bool { formats.contains(ending(of: file)) }

    private static func ending(of file: String) -> String {
        FilePath.name(of: file).split(separator: ".").dropFirst().last.map { $0.lowercased() } ?? ""
    }

    /// Nil for a text or a table.
    private static func reason(_ file: String, in folder: DatasetFolder) -> Reason? {
        let name = FilePath.name(of: file)
        let ending = ending(of: file)
        if SourceFile.isVolume(name) || SourceFile.isPair(name) { return .volume }
        if SourceFile.isSlice(name) { return .slices }
        if incomplete.contains(ending) { return .incomplete }
        if formats.contains(ending) { return .otherFormat }
        if texts.contains(ending) { return nil }
        switch ForeignFormat(ofFile: "\(folder.root)/\(file)") {
        case .dicom?: return .slices
        case .text?, .json?, .xml?, .pdf?: return nil
        case .some: return .otherFormat
        case nil: return (DatasetFolder.size(of: "\(folder.root)/\(file)") ?? 0) > 0 ? .other : nil
        }
    }

    private static func text(_ reason: Reason) -> (problem: String, remedy: String) {
        switch reason {
        case .missing:
            (
                "links to files that do not exist",
                "restore the files, or finish the download (git annex get, git lfs pull)"
            )
        case .incomplete: ("files of an unfinished download", "finish the download, and import again")
        case .volume:
            (
                "NIfTI files that belong to no case and are not imported",
                "rename them, list them, or correct the map, if they are images or labels of the dataset; else move them "
                    + "elsewhere"
            )
        case .otherFormat:
            (
                "files in formats that are not imported (NRRD, MetaImage, archives, …)",
                "convert images and labels to NIfTI with 3D Slicer or SimpleITK, and import again"
            )
        case .slices:
            (
                "DICOM slices that belong to no case and are not imported",
                "convert them with dcm2niix, or put each series into a folder of its own and name it in a map"
            )
        case .other: ("files that are not imported", "move them elsewhere if they are not part of the dataset")
        }
    }
}
