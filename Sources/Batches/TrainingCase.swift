public import Domain

/// The voxels of one volume as codes of 16 bits, x fastest, kept alive by their owner (a mapped file, or an array).
///
/// `@unchecked Sendable`: the memory is only read, and stays valid and unchanged while `owner`, itself sendable, lives.
public struct IntensityVoxels: @unchecked Sendable {
    private let start: UnsafePointer<Int16>
    private let owner: any AnyObject & Sendable
    public let count: Int
    /// How codes become values.
    public let codes: IntensityCodes

    /// - Parameter owner: keeps `voxels` valid and unchanged.
    public init(_ voxels: UnsafeBufferPointer<Int16>, codes: IntensityCodes, owner: any AnyObject & Sendable) {
        guard let start = voxels.baseAddress else { preconditionFailure("a volume has voxels") }
        (self.start, count, self.owner, self.codes) = (start, voxels.count, owner, codes)
    }

    /// A copy of `voxels`.
    public init(_ voxels: [Int16], codes: IntensityCodes = .exact) {
        let block = VoxelBlock(voxels)
        self.init(UnsafeBufferPointer(block.voxels), codes: codes, owner: block)
    }

    public func withVoxels<R>(_ body: (UnsafeBufferPointer<Int16>) throws -> R) rethrows -> R {
        try withExtendedLifetime(owner) { try body(UnsafeBufferPointer(start: start, count: count)) }
    }
}

/// Voxels in memory of their own.
///
/// `@unchecked Sendable`: written only in init, freed in deinit.
private final class VoxelBlock: @unchecked Sendable {
    let voxels: UnsafeMutableBufferPointer<Int16>

    init(_ values: [Int16]) {
        voxels = .allocate(capacity: values.count)
        _ = voxels.initialize(from: values)
    }

    deinit { voxels.deallocate() }
}

/// An image with what makes it the input of a network.
package struct NormalisedImage: Sendable {
    let shape: GridShape
    let voxels: IntensityVoxels
    let normalisation: IntensityMap
}

/// One volume to train or to evaluate on: image and labels on the grid of training.
public struct TrainingCase: Sendable {
    public let volume: VolumeID
    public let shape: GridShape
    /// Millimetres per voxel along x, y, z.
    public let spacing: Vector3<Double>
    public let image: IntensityVoxels
    public let normalisation: IntensityMap
    /// One per organ of the plan, in its order.
    public var labels: [OrganLabel]
    /// Composite labels of organs of the plan.
    public var composites: [CompositeLabel]

    /// - Precondition: one voxel of the image per voxel of the shape.
    public init(
        volume: VolumeID, shape: GridShape, spacing: Vector3<Double>, image: IntensityVoxels,
        normalisation: IntensityMap, labels: [OrganLabel], composites: [CompositeLabel] = []
    ) {
        precondition(image.count == shape.count, "one voxel of the image per voxel of the shape")
        (self.volume, self.shape, self.spacing, self.image) = (volume, shape, spacing, image)
        (self.normalisation, self.labels, self.composites) = (normalisation, labels, composites)
    }

    package var normalisedImage: NormalisedImage {
        NormalisedImage(shape: shape, voxels: image, normalisation: normalisation)
    }

    /// Millilitres of one voxel.
    public var voxelMillilitres: Double { spacing.x * spacing.y * spacing.z / 1000 }

    package var volumeLabels: VolumeLabels {
        VolumeLabels(volume, shape, labels: labels, composites: composites)
    }
}
