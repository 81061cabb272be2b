public import Domain
internal import Hashing

/// Voxels in canonical order: int16 if that is exact after scaling, else int32, else float32.
public enum ImageVoxels: Sendable {
    case int16(VoxelBuffer<Int16>)
    case int32(VoxelBuffer<Int32>)
    case float32(VoxelBuffer<Float>)

    public var count: Int {
        switch self {
        case .int16(let voxels): voxels.count
        case .int32(let voxels): voxels.count
        case .float32(let voxels): voxels.count
        }
    }

    /// Calls `body` with the voxels' bytes, little-endian, x fastest; the pointer must not escape it.
    public func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        switch self {
        case .int16(let voxels): try voxels.withBytes(body)
        case .int32(let voxels): try voxels.withBytes(body)
        case .float32(let voxels): try voxels.withBytes(body)
        }
    }

    /// The value of the voxel with linear index `index`, x fastest.
    public subscript(index: Int) -> Double {
        switch self {
        case .int16(let voxels): Double(voxels[index])
        case .int32(let voxels): Double(voxels[index])
        case .float32(let voxels): Double(voxels[index])
        }
    }

    /// Copies the values from the voxel with linear index `start` on, as float32, until `target` is full.
    public func copy(_ start: Int, into target: UnsafeMutableBufferPointer<Float>) {
        switch self {
        case .int16(let voxels): voxels.withVoxels { for i in target.indices { target[i] = Float($0[start + i]) } }
        case .int32(let voxels): voxels.withVoxels { for i in target.indices { target[i] = Float($0[start + i]) } }
        case .float32(let voxels): voxels.withVoxels { for i in target.indices { target[i] = $0[start + i] } }
        }
    }

    /// All values as float32 in canonical order, x fastest.
    public var floats: [Float] {
        switch self {
        case .int16(let voxels): voxels.withVoxels { $0.map(Float.init) }
        case .int32(let voxels): voxels.withVoxels { $0.map { Float($0) } }
        case .float32(let voxels): voxels.withVoxels(Array.init)
        }
    }
}

/// A scalar image in canonical RAS+ order, x (to the patient's right) fastest.
public struct ImageVolume: Sendable {
    public let file: FileFacts
    /// The file's own grid, from which the canonical one follows.
    public let grid: ImageGrid
    public let voxels: ImageVoxels
    public let statistics: ImageStatistics

    /// Canonical shape.
    public var shape: GridShape { grid.canonicalShape }
    /// Millimetres per step along x, y, z.
    public var spacing: Vector3<Double> { grid.spacing }

    /// - Throws: `notFinite`, `constantImage`.
    init(_ stored: StoredImage, pool: inout BufferPool) throws {
        let path = stored.facts.path
        let count = stored.grid.shape.count
        let direct = stored.facts.header.type == .int16 && !stored.facts.header.isScaled
        let scan = direct ? VoxelScan() : stored.scan()
        guard scan.notFinite == 0 else { throw ImagingError.notFinite(file: path, voxels: scan.notFinite) }
        if direct, let buffer = stored.inPlace(Int16.self) {
            voxels = .int16(buffer)
        } else if direct || scan.fits(Int16.self) {
            let buffer = VoxelBuffer<Int16>(storage: pool.take(bytes: 2 * count), count: count)
            stored.gatherWhole(into: buffer.mutableBase)
            voxels = .int16(buffer)
        } else if scan.fits(Int32.self) {
            let buffer = VoxelBuffer<Int32>(storage: pool.take(bytes: 4 * count), count: count)
            stored.gatherWhole(into: buffer.mutableBase)
            voxels = .int32(buffer)
        } else {
            let buffer = VoxelBuffer<Float>(storage: pool.take(bytes: 4 * count), count: count)
            stored.gatherFloat(into: buffer.mutableBase)
            voxels = .float32(buffer)
        }
        statistics = ImageStatistics(voxels)
        guard statistics.minimum < statistics.maximum else { throw ImagingError.constantImage(file: path) }
        (file, grid) = (stored.facts, stored.grid)
    }
}
