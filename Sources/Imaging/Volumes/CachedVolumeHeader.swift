internal import Domain
internal import Hashing

/// The first bytes of a cached volume.
struct CachedVolumeHeader {
    static let size = 192
    private static let magic = Array("LVC4".utf8)
    /// The bytes that the checksum covers beside the voxels.
    private static let coveredSize = 128

    let type: Int
    let shape: GridShape
    let spacing: Vector3<Double>
    let intensities: ImageIntensities

    init(type: Int, shape: GridShape, spacing: Vector3<Double>, intensities: ImageIntensities) {
        (self.type, self.shape, self.spacing, self.intensities) = (type, shape, spacing, intensities)
    }

    init(_ bytes: UnsafeRawBufferPointer, file: String) throws {
        guard bytes.starts(with: Self.magic) else { throw ImagingError.invalidHeader(file: file, field: "magic") }
        type = Int(bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        let sizes = (0..<3).map { bytes.loadUnaligned(fromByteOffset: 8 + 8 * $0, as: Int.self) }
        guard [VoxelType.int16.rawValue, VoxelType.float32.rawValue].contains(type),
            sizes.allSatisfy({ $0 > 0 && $0 < 1 << 20 })
        else { throw ImagingError.invalidHeader(file: file, field: "type or shape") }
        shape = GridShape(sizes[0], sizes[1], sizes[2])
        spacing = Vector3((0..<3).map { bytes.loadUnaligned(fromByteOffset: 32 + 8 * $0, as: Double.self) })
        intensities = ImageIntensities(
            (0..<9).map { bytes.loadUnaligned(fromByteOffset: 56 + 8 * $0, as: Double.self) })
        let needed = Self.size + shape.count * (type == VoxelType.int16.rawValue ? 2 : 4)
        guard bytes.count == needed else {
            throw ImagingError.truncated(file: file, neededBytes: needed, foundBytes: bytes.count)
        }
    }

    /// The header with the checksum of itself, of the voxels and of the name.
    ///
    /// - Parameter name: of the file.
    func bytes(with voxels: UnsafeRawBufferPointer, name: String) -> [UInt8] {
        var out = Self.magic + withUnsafeBytes(of: UInt32(type), Array.init)
        for size in [shape.x, shape.y, shape.z] { out += withUnsafeBytes(of: size, Array.init) }
        for step in [spacing.x, spacing.y, spacing.z] + intensities.numbers {
            out += withUnsafeBytes(of: step, Array.init)
        }
        out += [UInt8](repeating: 0, count: Self.coveredSize - out.count)
        out += out.withUnsafeBytes { Self.digest($0, voxels, name) }.bytes
        return out + [UInt8](repeating: 0, count: Self.size - out.count)
    }

    /// Whether a whole file of this header and its name match its checksum.
    func matches(_ file: UnsafeRawBufferPointer, name: String) -> Bool {
        let head = UnsafeRawBufferPointer(rebasing: file[..<Self.coveredSize])
        let digest = Self.digest(head, UnsafeRawBufferPointer(rebasing: file[Self.size...]), name)
        return file[Self.coveredSize..<Self.coveredSize + 32].elementsEqual(digest.bytes)
            && file[(Self.coveredSize + 32)..<Self.size].allSatisfy { $0 == 0 }
    }

    /// With the name, so that a file that was renamed is not taken for that of another volume.
    private static func digest(
        _ head: UnsafeRawBufferPointer, _ voxels: UnsafeRawBufferPointer, _ name: String
    ) -> Digest {
        var hash = SHA256()
        hash.update(head)
        hash.update(voxels)
        Array(name.utf8).withUnsafeBytes { hash.update($0) }
        return hash.finalize()
    }
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
