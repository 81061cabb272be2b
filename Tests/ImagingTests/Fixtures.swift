import Domain
import Imaging

/// A header of NIfTI-1 with voxels behind it, field by field, so that tests can break single fields.
struct RawNIfTI {
    var bytes: [UInt8]
    let bigEndian: Bool

    /// 3-D, sform identity with code 1, no scaling.
    init(_ sizes: [Int], type: VoxelType, bigEndian: Bool = false) {
        self.bigEndian = bigEndian
        bytes = Array(repeating: 0, count: 352)
        set(0, Int32(348))
        setDimensions(sizes)
        set(70, Int16(type.rawValue))
        set(72, Int16(8 * type.size))
        for i in 0..<4 { set(76 + 4 * i, Float(1)) }
        set(108, Float(352))
        set(112, Float(1))
        set(254, Int16(1))
        for row in 0..<3 { set(280 + 16 * row + 4 * row, Float(1)) }
        bytes.replaceSubrange(344..<348, with: Array("n+1".utf8) + [0])
    }

    mutating func setDimensions(_ sizes: [Int]) {
        set(40, Int16(sizes.count))
        for (i, size) in sizes.enumerated() { set(42 + 2 * i, Int16(size)) }
    }

    mutating func set(_ offset: Int, _ value: some FixedWidthInteger) {
        withUnsafeBytes(of: bigEndian ? value.bigEndian : value.littleEndian) {
            bytes.replaceSubrange(offset..<offset + $0.count, with: $0)
        }
    }

    mutating func set(_ offset: Int, _ value: Float) { set(offset, value.bitPattern) }

    mutating func append<T: FixedWidthInteger>(_ values: [T]) {
        for value in values { withUnsafeBytes(of: bigEndian ? value.bigEndian : value.littleEndian) { bytes += $0 } }
    }

    mutating func append(_ values: [Float]) { append(values.map(\.bitPattern)) }

    mutating func append(_ values: [Double]) { append(values.map(\.bitPattern)) }
}

/// A grid of 5 x 4 x 3 voxels of 0.8, 1.5, 3 mm with a slightly rotated canonical affine.
enum SmallGrid {
    static let shape = GridShape(5, 4, 3)
    static let affine = Affine(
        columns: [Vector3(0.8, 0.02, 0), Vector3(-0.0375, 1.5, 0), Vector3(0, 0, 3)], translation: Vector3(-10, 20, -30)
    )

    static func stored(as orientation: Orientation, sform: Int = 1, qform: Int = 0) -> ImageGrid {
        ImageGrid(
            canonicalShape: shape, canonicalAffine: affine, storedAs: orientation, sformCode: sform, qformCode: qform)
    }

    static let intensities = ImageIntensities(
        codes: IntensityCodes(scale: 0.5, offset: 3),
        statistics: IntensityStatistics(
            minimum: -1, maximum: 9, mean: 2, deviation: 3, low: 4, high: 5, outliers: 7))

    /// A different value in each voxel.
    static let values = (0..<Int16(shape.count)).map { $0 * 7 - 100 }
}
