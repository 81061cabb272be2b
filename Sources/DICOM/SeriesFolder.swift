public import Domain
internal import Glibc
public import Imaging
internal import System

/// The DICOM series in a folder and its subfolders.
public struct SeriesFolder: Sendable {
    /// Absolute path.
    public let path: String
    /// Each series with all its slices, the largest first.
    public let series: [Series]

    private static let deepest = 5

    /// Reads the headers of all files; other files than slices are skipped. Blocks.
    /// - Throws: `noSlices`, `notDICOM` for a file with a DICOM name, `unsupportedSyntax`, `multiFrame`, `unreadable`.
    public init(_ path: String) throws(DICOMError) {
        self.path = path
        var slices: [SliceHeader] = []
        for file in Self.files(in: path) {
            if let slice = try Self.slice(file, path) { slices.append(slice) }
        }
        guard !slices.isEmpty else {
            guard let labels = Self.labels(in: path) else { throw .noSlices(folder: path) }
            throw .labelsOnly(file: labels.file, format: labels.format)
        }
        series = Self.grouped(slices, path)
    }

    /// The first file of a folder or its subfolders that is a DICOM segmentation or structure set. Blocks.
    public static func labels(in path: String) -> (file: String, format: ForeignFormat)? {
        for file in files(in: path).map({ "\(path)/\($0)" }) {
            guard let format = ForeignFormat(ofFile: file) else { continue }
            if format == .dicomSegmentation || format == .dicomStructureSet { return (file, format) }
        }
        return nil
    }

    /// The series with that digest.
    /// - Throws: `seriesGone`, `unreadable`.
    public func series(digest: Digest) throws(DICOMError) -> Series {
        for item in series where try item.digest() == digest { return item }
        throw .seriesGone(folder: path)
    }

    /// The series with these identifiers.
    /// - Throws: `seriesGone`.
    public func series(_ identifiers: SeriesIdentifiers) throws(DICOMError) -> Series {
        guard let found = series.first(where: { $0.identifiers.isSameSeries(as: identifiers) }) else {
            throw .seriesGone(folder: path)
        }
        return found
    }

    /// The series that are no localisers of one slice, and those that are.
    public var stacksAndLocalisers: (stacks: [Series], localisers: [Series]) {
        let stacks = series.filter { $0.count > 1 }
        return stacks.isEmpty ? (series, []) : (stacks, series.filter { $0.count == 1 })
    }

    /// The only series, or else the only one that `fits`. Series of one slice are ignored as localisers unless all are.
    /// - Throws: `seriesUnclear`.
    public func series(where fits: (Series) -> Bool) throws(DICOMError) -> Series {
        let stacks = stacksAndLocalisers.stacks
        if stacks.count == 1 { return stacks[0] }
        let fitting = stacks.filter(fits)
        guard fitting.count == 1 else {
            throw .seriesUnclear(folder: path, candidates: (fitting.isEmpty ? stacks : fitting).map(\.summary))
        }
        return fitting[0]
    }

    // MARK: -

    /// Paths relative to the folder.
    private static func files(in path: String) -> [String] {
        Folder.files(in: path, depth: deepest, where: { !$0.hasPrefix(".") && $0 != "DICOMDIR" })
    }

    /// A file with a DICOM name must be DICOM; any other file may be something else.
    private static func slice(_ file: String, _ folder: String) throws(DICOMError) -> SliceHeader? {
        do {
            return try SliceHeader.read(file, in: folder)
        } catch .notDICOM(let path) {
            if isNamedDICOM(file) { throw .notDICOM(file: path) }
            return nil
        }
    }

    /// Whether a file begins as DICOM files do, whatever its name. Blocks.
    public static func isDICOM(_ path: String) -> Bool {
        guard let file = fopen(path, "rb") else { return false }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 132)
        return fread(&bytes, 1, bytes.count, file) == bytes.count && bytes[128...].elementsEqual("DICM".utf8)
    }

    /// Whether a file name has a DICOM ending.
    public static func isNamedDICOM(_ name: String) -> Bool {
        [".dcm", ".ima", ".dicom"].contains { name.lowercased().hasSuffix($0) }
    }

    /// Slices grouped by series; where each slice has a series of its own and all are parallel, they are one series.
    private static func grouped(_ slices: [SliceHeader], _ folder: String) -> [Series] {
        let groups = Dictionary(grouping: slices, by: \.identifiers)
        if groups.count == slices.count, slices.count > 2, slices.allSatisfy({ $0.isParallel(to: slices[0]) }) {
            return [Series(slices, in: folder, isScattered: true)]
        }
        let bySeries = slices.reduce(into: [[SliceHeader]]()) { found, slice in
            let known = found.firstIndex { $0[0].identifiers.isSameSeries(as: slice.identifiers) }
            if let known { found[known].append(slice) } else { found.append([slice]) }
        }
        return bySeries.map { Series($0, in: folder) }.sorted { ($0.count, $1.summary) > ($1.count, $0.summary) }
    }
}

extension SliceHeader {
    /// Whether both have equal sizes, directions and pixel spacings.
    fileprivate func isParallel(to other: SliceHeader) -> Bool {
        (columns, rows) == (other.columns, other.rows) && (across - other.across).length < 1e-3
            && (down - other.down).length < 1e-3 && abs(columnStep - other.columnStep) < 1e-3
            && abs(rowStep - other.rowStep) < 1e-3
    }
}
