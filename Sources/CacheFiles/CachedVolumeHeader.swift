public import Domain

/// The first bytes of a cached volume (`docs/cache-format.md`), without their checksum.
public struct CachedVolumeHeader: Sendable {
    public static let size = 192
    /// The bytes that the checksum covers beside the voxels.
    public static let coveredSize = 128
    /// NIfTI's codes.
    public static let int16 = 4
    public static let float32 = 16

    /// One of the two codes.
    public let type: Int
    public let shape: GridShape
    /// Millimetres per step along x, y, z.
    public let spacing: Vector3<Double>
    public let intensities: ImageIntensities

    public init(type: Int, shape: GridShape, spacing: Vector3<Double>, intensities: ImageIntensities) {
        (self.type, self.shape, self.spacing, self.intensities) = (type, shape, spacing, intensities)
    }

    /// - Parameters:
    ///   - bytes: the whole file, at least as long as a header.
    ///   - file: for errors.
    /// - Throws: `otherFormat`, `invalidHeader`, `truncated`, `tooLong`.
    public init(_ bytes: UnsafeRawBufferPointer, file: String) throws(CacheFileError) {
        try CacheFileError.requireMagic(bytes, Self.magic, file: file)
        type = Int(bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        let sizes = (0..<3).map { bytes.loadUnaligned(fromByteOffset: 8 + 8 * $0, as: Int.self) }
        guard [Self.int16, Self.float32].contains(type), sizes.allSatisfy({ $0 > 0 && $0 < 1 << 20 })
        else { throw .invalidHeader(file: file, field: "type or shape") }
        shape = GridShape(sizes[0], sizes[1], sizes[2])
        spacing = Vector3((0..<3).map { bytes.loadUnaligned(fromByteOffset: 32 + 8 * $0, as: Double.self) })
        intensities = ImageIntensities(
            (0..<9).map { bytes.loadUnaligned(fromByteOffset: 56 + 8 * $0, as: Double.self) })
        let voxelBytes = shape.count * (type == Self.int16 ? 2 : 4)
        try CacheFileError.requireSize(bytes.count, Self.size + voxelBytes, file: file)
    }

    /// The bytes that the checksum covers.
    public var covered: [UInt8] {
        var out = Array(String(describing: Self.magic).utf8) + withUnsafeBytes(of: UInt32(type), Array.init)
        for size in [shape.x, shape.y, shape.z] { out += withUnsafeBytes(of: size, Array.init) }
        for step in [spacing.x, spacing.y, spacing.z] + intensities.numbers {
            out += withUnsafeBytes(of: step, Array.init)
        }
        return out + [UInt8](repeating: 0, count: Self.coveredSize - out.count)
    }

    private static let magic: StaticString = "LVC4"
}

extension ImageIntensities {
    /// In the order of the header.
    fileprivate var numbers: [Double] {
        [
            codes.scale, codes.offset, statistics.minimum, statistics.maximum, statistics.mean, statistics.deviation,
            statistics.low, statistics.high, Double(statistics.outliers),
        ]
    }

    fileprivate init(_ numbers: [Double]) {
        self.init(
            codes: IntensityCodes(scale: numbers[0], offset: numbers[1]),
            statistics: IntensityStatistics(
                minimum: numbers[2], maximum: numbers[3], mean: numbers[4], deviation: numbers[5], low: numbers[6],
                high: numbers[7], outliers: Int(exactly: numbers[8]) ?? 0))
    }
}
