public import Domain
internal import Hashing
internal import System

/// The digests by which a volume is recognised in other files.
public struct VolumeIdentity: Sendable, Hashable {
    /// SHA-256 over "lacuna volume 1\n", the canonical shape (three int64), the voxel type (NIfTI's code as int64)
    /// and the voxels, all little-endian, x fastest in RAS+ order. Equal for equal voxels, whatever the file's
    /// compression, byte order, storage type or axis order; spacing and position are not included.
    public let exact: Digest
    /// Independent of axis order and flips: SHA-256 over "lacuna multiset 1\n", the three sizes in ascending order, the
    /// voxel type, and two sums modulo 2^64 of mixed 64-bit images of every value (the multiset of values). Equal for
    /// any permutation of the voxels; used only to propose duplicates.
    public let orientationBlind: Digest
    /// Independent of values beyond ±1000 HU and of axis order: SHA-256 over "lacuna clipped 1\n", the three sizes in
    /// ascending order and the counts (int64) of the 2001 whole values from −1000 to 1000 after clipping and rounding
    /// half-even. Used only to propose duplicates.
    public let clipped: Digest
}

extension ImageVolume {
    /// Computes the three digests: one pass of SHA-256 over the voxels, the other two from the histogram if there is
    /// one.
    public func identity() -> VolumeIdentity {
        var exact = SHA256()
        exact.update(Array("lacuna volume 1\n".utf8))
        for size in [shape.x, shape.y, shape.z, voxels.typeCode] { exact.update(littleEndian: size) }
        voxels.withBytes { exact.update($0) }
        let summary = ValueSummary(voxels, statistics.histogram)
        var blind = SHA256()
        blind.update(Array("lacuna multiset 1\n".utf8))
        for size in sortedSizes + [voxels.typeCode] { blind.update(littleEndian: size) }
        for sum in [summary.firstSum, summary.secondSum] { blind.update(littleEndian: Int(bitPattern: UInt(sum))) }
        var clipped = SHA256()
        clipped.update(Array("lacuna clipped 1\n".utf8))
        for number in sortedSizes + summary.clipped { clipped.update(littleEndian: number) }
        return VolumeIdentity(
            exact: exact.finalize(), orientationBlind: blind.finalize(), clipped: clipped.finalize())
    }

    private var sortedSizes: [Int] { [shape.x, shape.y, shape.z].sorted() }
}

extension ImageVoxels {
    /// NIfTI's `datatype` code of the canonical type.
    var typeCode: Int {
        switch self {
        case .int16: VoxelType.int16.rawValue
        case .int32: VoxelType.int32.rawValue
        case .float32: VoxelType.float32.rawValue
        }
    }
}

/// The multiset of values as two commutative sums, and the counts of the clipped values.
private struct ValueSummary {
    private(set) var firstSum: UInt64 = 0
    private(set) var secondSum: UInt64 = 0
    private(set) var clipped = [Int](repeating: 0, count: 2001)

    init(_ voxels: ImageVoxels, _ histogram: [Int]?) {
        if let histogram {
            for (bin, count) in histogram.enumerated() where count > 0 {
                add(UInt64(bitPattern: Int64(bin - 32768)), times: count, Double(bin - 32768))
            }
            return
        }
        switch voxels {
        case .int16(let buffer):
            buffer.withVoxels { for v in $0 { add(UInt64(bitPattern: Int64(v)), times: 1, Double(v)) } }
        case .int32(let buffer):
            buffer.withVoxels { for v in $0 { add(UInt64(bitPattern: Int64(v)), times: 1, Double(v)) } }
        case .float32(let buffer):
            buffer.withVoxels { for v in $0 { add(UInt64(v.bitPattern), times: 1, Double(v)) } }
        }
    }

    @inline(__always)
    private mutating func add(_ bits: UInt64, times count: Int, _ value: Double) {
        firstSum &+= SplitMix64.mixed(bits &+ SplitMix64.increment) &* UInt64(count)
        secondSum &+= SplitMix64.mixed((bits ^ SplitMix64.increment) &+ SplitMix64.increment) &* UInt64(count)
        clipped[Int(min(1000, max(-1000, value)).rounded(.toNearestOrEven)) + 1000] += count
    }
}
