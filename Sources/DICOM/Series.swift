public import Domain
internal import Glibc
internal import Hashing

/// The slices of one series, ordered along the stack.
public struct Series: Sendable {
    /// Absolute path of the folder.
    public let folder: String
    public let identifiers: SeriesIdentifiers
    let slices: [SliceHeader]
    /// Whether each slice has a SeriesInstanceUID of its own, as in badly anonymised files.
    let isScattered: Bool

    /// - Precondition: at least one slice.
    init(_ slices: [SliceHeader], in folder: String, isScattered: Bool = false) {
        let normal = slices[0].normal
        self.slices = slices.sorted { ($0.position.dot(normal), $0.file) < ($1.position.dot(normal), $1.file) }
        (self.folder, self.isScattered) = (folder, isScattered)
        identifiers = self.slices[0].identifiers
    }

    /// Pixels per row.
    public var columns: Int { slices[0].columns }
    public var rows: Int { slices[0].rows }
    /// Number of slices.
    public var count: Int { slices.count }
    /// Total size of the files in bytes.
    public var bytes: Int { slices.reduce(0) { $0 + $1.bytes } }

    /// The scanner's number of the series in its study; 0 where the files have none.
    public var number: Int { slices[0].seriesNumber }
    /// DICOM's term for the modality, such as `CT`; nil where the files have none.
    public var modality: String? { slices[0].modality }

    /// For messages: number and size.
    public var summary: String { "series \(slices[0].seriesNumber) (\(columns)x\(rows)x\(count))" }

    /// Positions in the stack, from 0, in the order of the files' names.
    public var namedOrder: [Int] { order { $0.file < $1.file } }
    /// Positions in the stack, from 0, in the order of the instance numbers.
    public var instanceOrder: [Int] { order { ($0.instance, $0.file) < ($1.instance, $1.file) } }

    private func order(_ precedes: (SliceHeader, SliceHeader) -> Bool) -> [Int] {
        slices.indices.sorted { precedes(slices[$0], slices[$1]) }
    }

    /// SHA-256 over "lacuna series 1\n" and the SHA-256 of each file in ascending order; independent of file names.
    ///
    /// Reads every file. Blocks.
    /// - Throws: `unreadable`.
    public func digest() throws(DICOMError) -> Digest {
        var digests: [[UInt8]] = []
        for slice in slices { digests.append(try Self.digest(ofFile: "\(folder)/\(slice.file)").bytes) }
        var hasher = SHA256()
        hasher.update(Array("lacuna series 1\n".utf8))
        for digest in digests.sorted(by: { $0.lexicographicallyPrecedes($1) }) { hasher.update(digest) }
        return hasher.finalize()
    }

    private static func digest(ofFile path: String) throws(DICOMError) -> Digest {
        do {
            return try SHA256.digest(ofFile: path)
        } catch HashingError.unreadable(_, let code) {
            throw .unreadable(file: path, code: code)
        } catch {
            throw .unreadable(file: path, code: EIO)
        }
    }
}

extension SliceHeader {
    /// Perpendicular to the slice.
    var normal: Vector3<Double> { across.cross(down) }
}

extension Vector3<Double> {
    func dot(_ other: Self) -> Double { x * other.x + y * other.y + z * other.z }

    func cross(_ other: Self) -> Self {
        Self(y * other.z - z * other.y, z * other.x - x * other.z, x * other.y - y * other.x)
    }

    var length: Double { dot(self).squareRoot() }
}
