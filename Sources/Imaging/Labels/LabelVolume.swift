public import Domain

/// One label value's voxels.
public struct LabelRegion: Sendable, Hashable {
    /// The value in the file.
    public let value: Int
    public let voxels: Int
    /// Bounding box in canonical voxel indices.
    public let box: VoxelBox
    public let millilitres: Double
    /// Mean world position of the voxel centres, RAS+ millimetres.
    public let centroid: Vector3<Double>
    /// The same in canonical voxel indices.
    public let centre: Vector3<Double>
}

/// A label map in canonical RAS+ order, x fastest.
public struct LabelVolume: Sendable {
    /// Stored as bytes where all values are 0 to 255, else as 32-bit integers.
    public enum Values: Sendable {
        case uint8(VoxelBuffer<UInt8>)
        case int32(VoxelBuffer<Int32>)
    }

    public let file: FileFacts
    public let grid: ImageGrid
    public let values: Values
    /// The values other than 0 that occur, ascending.
    public let regions: [LabelRegion]

    /// Canonical shape.
    public var shape: GridShape { grid.canonicalShape }
    public func region(of value: Int) -> LabelRegion? { regions.first { $0.value == value } }

    init(file: FileFacts, grid: ImageGrid, values: Values, regions: [LabelRegion]) {
        (self.file, self.grid, self.values, self.regions) = (file, grid, values, regions)
    }

    /// - Throws: `notFinite`, `fractionalLabels`, `labelOutOfRange`.
    init(_ stored: StoredImage, pool: inout BufferPool) throws {
        let (path, count, shape) = (stored.facts.path, stored.grid.shape.count, stored.grid.canonicalShape)
        let direct = stored.facts.header.type == .uint8 && !stored.facts.header.isScaled
        let scan = direct ? VoxelScan() : stored.scan()
        guard scan.notFinite == 0 else { throw ImagingError.notFinite(file: path, voxels: scan.notFinite) }
        guard scan.isWhole else { throw ImagingError.fractionalLabels(file: path, values: scan.fractional) }
        let tallies: [LabelTally]
        if direct || scan.fits(UInt8.self) {
            let buffer = stored.bytes(direct: direct, &pool)
            values = .uint8(buffer)
            tallies = buffer.withVoxels { LabelTally.tally(bytes: $0, shape) }
        } else {
            guard scan.fits(Int32.self) else {
                let value = abs(scan.minimum) > abs(scan.maximum) ? scan.minimum : scan.maximum
                throw ImagingError.labelOutOfRange(file: path, value: value)
            }
            let buffer = VoxelBuffer<Int32>(storage: pool.take(bytes: 4 * count), count: count)
            stored.gatherWhole(into: buffer.mutableBase)
            values = .int32(buffer)
            tallies = buffer.withVoxels { LabelTally.tally(words: $0, shape) }
        }
        (file, grid) = (stored.facts, stored.grid)
        let (affine, millilitres) = (stored.grid.canonicalAffine, stored.grid.millilitresPerVoxel)
        regions = tallies.map { $0.region(affine, millilitres) }
    }
}

extension StoredImage {
    /// Label values that fit a byte: the stored voxels in place if possible, else a copy.
    fileprivate func bytes(direct: Bool, _ pool: inout BufferPool) -> VoxelBuffer<UInt8> {
        if direct, let buffer = inPlace(UInt8.self) { return buffer }
        let count = grid.shape.count
        let buffer = VoxelBuffer<UInt8>(storage: pool.take(bytes: count), count: count)
        gatherWhole(into: buffer.mutableBase)
        return buffer
    }
}
