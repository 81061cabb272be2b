internal import Domain
internal import Glibc

/// The geometry and the series of a slice, from its header.
struct SliceHeader: Sendable {
    /// Path relative to the folder that was read.
    let file: String
    let bytes: Int
    let columns: Int
    let rows: Int
    let instance: Int
    let seriesNumber: Int
    /// Centre of the first pixel in millimetres, LPS+: x to the left, y to the back, z to the head.
    let position: Vector3<Double>
    /// Unit vectors of ascending columns and rows, LPS+.
    let across: Vector3<Double>
    let down: Vector3<Double>
    /// Millimetres between columns, and between rows.
    let columnStep: Double
    let rowStep: Double
    let identifiers: SeriesIdentifiers
    /// `CT`, `MR`, …; nil where the file has none.
    let modality: String?
    /// Byte range of the SeriesInstanceUID in the file.
    let seriesValue: Range<Int>

    private enum Tag {
        static let modality = DICOMTag(0x0008, 0x0060)
        static let patient = DICOMTag(0x0010, 0x0020)
        static let study = DICOMTag(0x0020, 0x000d)
        static let series = DICOMTag(0x0020, 0x000e)
        static let seriesNumber = DICOMTag(0x0020, 0x0011)
        static let instance = DICOMTag(0x0020, 0x0013)
        static let position = DICOMTag(0x0020, 0x0032)
        static let directions = DICOMTag(0x0020, 0x0037)
        static let frames = DICOMTag(0x0028, 0x0008)
        static let rows = DICOMTag(0x0028, 0x0010)
        static let columns = DICOMTag(0x0028, 0x0011)
        static let spacing = DICOMTag(0x0028, 0x0030)
        static let all: Set<DICOMTag> = [
            .transferSyntax, modality, patient, study, series, seriesNumber, instance, position, directions, frames,
            rows, columns, spacing,
        ]
    }

    /// Number of bytes read at first, and at most, to find a header.
    private static let (prefix, largest) = (1 << 18, 1 << 28)

    /// Nil for DICOM files that are not slices: reports, structure sets, directories, localisers without a position.
    /// - Throws: `notDICOM`, `unsupportedSyntax`, `multiFrame`.
    init?(_ bytes: UnsafeRawBufferPointer, file: String, path: String, size: Int) throws(DICOMError) {
        guard var elements = DICOMElements(bytes) else { throw .notDICOM(file: path) }
        let found: [DICOMTag: Range<Int>]
        switch elements.values(of: Tag.all) {
        case .found(let values): found = values
        case .damaged: throw .notDICOM(file: path)
        case .unsupported(let uid): throw .unsupportedSyntax(file: path, uid: uid)
        }
        func text(_ tag: DICOMTag) -> String? { found[tag].map(elements.text).flatMap { $0.isEmpty ? nil : $0 } }
        func numbers(_ tag: DICOMTag, _ count: Int) -> [Double]? {
            let parts = text(tag)?.split(separator: "\\").map { Double($0.filter { $0 != " " }) ?? .nan } ?? []
            return parts.count == count && parts.allSatisfy(\.isFinite) ? parts : nil
        }
        guard let rows = found[Tag.rows].flatMap(elements.unsigned16), rows > 0,
            let columns = found[Tag.columns].flatMap(elements.unsigned16), columns > 0,
            let series = found[Tag.series], !["SEG", "RTDOSE"].contains(text(Tag.modality))
        else { return nil }
        if let frames = text(Tag.frames).flatMap({ Int($0) }), frames > 1 { throw .multiFrame(file: path) }
        guard let position = numbers(Tag.position, 3), let directions = numbers(Tag.directions, 6),
            let spacing = numbers(Tag.spacing, 2), spacing.allSatisfy({ $0 > 0 })
        else { return nil }
        (self.file, self.bytes, self.rows, self.columns) = (file, size, rows, columns)
        instance = text(Tag.instance).flatMap { Int($0) } ?? 0
        seriesNumber = text(Tag.seriesNumber).flatMap { Int($0) } ?? 0
        self.position = Vector3(position)
        (across, down) = (Vector3(directions[..<3]), Vector3(directions[3...]))
        (rowStep, columnStep) = (spacing[0], spacing[1])
        identifiers = SeriesIdentifiers(patient: text(Tag.patient), study: text(Tag.study), series: text(Tag.series))
        (modality, seriesValue) = (text(Tag.modality), series)
    }

    /// Reads the header from the first bytes of a file, or from more of it if they do not suffice.
    /// - Throws: `unreadable`, and the errors of `init`.
    static func read(_ file: String, in folder: String) throws(DICOMError) -> SliceHeader? {
        let path = "\(folder)/\(file)"
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .unreadable(file: path, code: errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .unreadable(file: path, code: errno) }
        let size = Int(status.st_size)
        do {
            return try read(min(prefix, size), of: descriptor, file, path, size)
        } catch .notDICOM where size > prefix {
            return try read(min(size, largest), of: descriptor, file, path, size)
        }
    }

    private static func read(
        _ count: Int, of descriptor: Int32, _ file: String, _ path: String, _ size: Int
    ) throws(DICOMError) -> SliceHeader? {
        var buffer = [UInt8](repeating: 0, count: count)
        let got = pread(descriptor, &buffer, count, 0)
        guard got >= 0 else { throw .unreadable(file: path, code: errno) }
        let result = buffer.withUnsafeBytes { bytes in
            Result { () throws(DICOMError) in
                try SliceHeader(UnsafeRawBufferPointer(rebasing: bytes[..<got]), file: file, path: path, size: size)
            }
        }
        return try result.get()
    }
}
