internal import DICOM
public import Domain

/// An image or a label that is a folder of slices: its size and digest, as an import records them.
public enum FolderFile {
    /// Bytes of all slices, without reading them; in a folder with several series, of the series with `bytes` bytes,
    /// else of the first.
    ///
    /// Nil where the folder has no slices. Blocks.
    public static func size(of path: String, recorded bytes: Int) -> Int? {
        let place = SourceFile(root: path, path: "")
        let pictures = CaseInspector.pictures(in: place)
        if !pictures.isEmpty { return pictures.reduce(0) { $0 + (DatasetFolder.size(of: $1) ?? 0) } }
        guard let series = try? SeriesFolder(path).series else { return nil }
        return series.contains { $0.bytes == bytes } ? bytes : series.first?.bytes
    }

    /// Whether the slices have the recorded digest; false also where they cannot be read. Reads every byte. Blocks.
    public static func isIntact(_ path: String, recorded digest: Digest) -> Bool {
        let place = SourceFile(root: path, path: "")
        if !CaseInspector.pictures(in: place).isEmpty {
            return (try? CaseInspector.stackChecksum(place).sha256) == digest
        }
        return (try? SeriesFolder(path).series(digest: digest)) != nil
    }

    /// Whether a path is a folder.
    public static func isFolder(_ path: String) -> Bool { SeriesCache.isFolder(path) }
}
