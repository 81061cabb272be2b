public import Domain

/// The grid of a run and the kind of its network, from shapes and spacings of the training volumes alone.
///
/// The rules are those of nnU-Net (Isensee et al., Nature Methods 2021): the median spacing of each axis, except for an axis along which voxels
/// are long and few, which gets the 10th percentile, so that volumes with thin slices keep them.
public struct PlannedGrid: Hashable, Sendable {
    /// A volume on its own grid.
    public struct Volume: Hashable, Sendable {
        public let shape: GridShape
        /// Millimetres along x, y, z.
        public let spacing: Vector3<Double>

        public init(shape: GridShape, spacing: Vector3<Double>) { (self.shape, self.spacing) = (shape, spacing) }
    }

    /// Millimetres along x, y, z.
    public let spacing: Vector3<Double>
    public let medianSpacing: Vector3<Double>
    /// The median shape of the volumes on their own grids, and at `spacing`.
    public let nativeShape, shape: Vector3<Int>
    /// The voxels of all volumes at `spacing`.
    public let voxels: Double
    /// The axis along which voxels are more than `thickness` times as long as along the others, and as few; 0 for x. It has its spacing from the
    /// 10th percentile.
    public let coarseAxis: Int?
    /// 2 where slices are so thick or so few that three dimensions do not pay.
    public let dimensions: Int

    /// Millimetres that `grid.spacing` allows.
    public static let allowedSpacing = 0.1...20.0
    /// The ratio of spacings, and of sizes, from which nnU-Net takes an axis for strongly anisotropic.
    public static let thickness = 3.0
    /// A 3-D network halves all axes alike: fewer slices cannot be halved twice with 4 left.
    public static let fewestSlices = 16

    /// - Precondition: at least one volume, with spacings above 0.
    public init(_ volumes: [Volume]) {
        precondition(!volumes.isEmpty, "at least one volume")
        let median = Vector3((0..<3).map { axis in Self.quantile(0.5, volumes.map { $0.spacing[axis] }) })
        let native = Vector3((0..<3).map { axis in Self.quantile(0.5, volumes.map { Double($0.shape[axis]) }) })
        (medianSpacing, nativeShape) = (median, Vector3((0..<3).map { Int(native[$0].rounded()) }))
        coarseAxis = Self.coarseAxis(median, native)
        var target = median
        if let axis = coarseAxis {
            let others = (0..<3).filter { $0 != axis }.map { median[$0] }
            target[axis] = max(Self.quantile(0.1, volumes.map { $0.spacing[axis] }), others.max() ?? 0)
        }
        let wanted = Vector3((0..<3).map { Self.rounded(target[$0]) })
        spacing = wanted
        let sizes = volumes.map { volume in
            Vector3((0..<3).map { max(1, Double(volume.shape[$0]) * volume.spacing[$0] / wanted[$0]).rounded() })
        }
        shape = Vector3((0..<3).map { axis in Int(Self.quantile(0.5, sizes.map { $0[axis] }).rounded()) })
        voxels = sizes.reduce(0) { $0 + $1.x * $1.y * $1.z }
        let isThick = wanted.z > Self.thickness * max(wanted.x, wanted.y)
        dimensions = isThick || shape.z < Self.fewestSlices ? 2 : 3
    }

    /// The first of the longest axes, if it is coarse.
    private static func coarseAxis(_ spacing: Vector3<Double>, _ shape: Vector3<Double>) -> Int? {
        guard let axis = (0..<3).first(where: { spacing[$0] == spacing.max() }) else { return nil }
        let others = (0..<3).filter { $0 != axis }
        let isLong = others.allSatisfy { spacing[axis] > thickness * spacing[$0] }
        return isLong && others.allSatisfy { shape[axis] * thickness < shape[$0] } ? axis : nil
    }

    /// To a thousandth of a millimetre, within what is allowed.
    private static func rounded(_ value: Double) -> Double {
        let limited = min(max(value, allowedSpacing.lowerBound), allowedSpacing.upperBound)
        return (limited * 1000).rounded() / 1000
    }

    /// Interpolated between the two nearest values.
    static func quantile(_ share: Double, _ values: [Double]) -> Double {
        let sorted = values.sorted()
        let place = share * Double(sorted.count - 1)
        let below = Int(place)
        let above = min(below + 1, sorted.count - 1)
        return sorted[below] + (sorted[above] - sorted[below]) * (place - Double(below))
    }
}
