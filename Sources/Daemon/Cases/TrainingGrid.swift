internal import Catalog
internal import Domain
internal import Imaging
internal import Learning
internal import Numerics

/// The volume's own grid and the run's: the same, or resampled to the run's spacing with a shared lower edge.
struct TrainingGrid: Sendable {
    let shape: GridShape
    /// Millimetres along x, y, z.
    let spacing: Vector3<Double>
    var voxelMillilitres: Double { spacing.x * spacing.y * spacing.z / 1000 }
    let toTraining: Resampling?
    private let toNative: Resampling?
    /// Voxels of the volume's own grid.
    let nativeCount: Int

    /// - Parameters:
    ///   - native: the volume's canonical shape.
    ///   - nativeSpacing: its spacing in millimetres along x, y, z.
    ///   - wanted: the run's spacing; nil: the volume's own.
    init(native: GridShape, nativeSpacing: Vector3<Double>, wanted: Vector3<Double>?) {
        nativeCount = native.count
        let isSame =
            wanted.map { spacing in (0..<3).allSatisfy { abs(spacing[$0] - nativeSpacing[$0]) < 1e-3 } } ?? true
        guard let wanted, !isSame else {
            (shape, spacing, toTraining, toNative) = (native, nativeSpacing, nil, nil)
            return
        }
        spacing = wanted
        shape = Resampling.shape(of: native, spacing: nativeSpacing, at: wanted)
        toTraining = Resampling(from: native, spacing: nativeSpacing, to: shape, spacing: wanted)
        toNative = Resampling(from: shape, spacing: wanted, to: native, spacing: nativeSpacing)
    }

    /// A mask of the volume on the run's grid.
    func down(_ mask: BitVolume) -> BitVolume { toTraining?.majority(mask) ?? mask }

    /// A mask on the run's grid on the volume's own.
    func up(_ mask: BitVolume) -> BitVolume { toNative?.majority(mask) ?? mask }

    /// A validity mask of the volume on the run's grid, by nearest neighbour.
    func down(validity mask: BitVolume) -> BitVolume { toTraining?.nearest(mask) ?? mask }

    /// A validity mask on the run's grid on the volume's own, by nearest neighbour.
    func up(validity mask: BitVolume) -> BitVolume { toNative?.nearest(mask) ?? mask }

    /// An extent of the volume on the run's grid: the voxels whose centres are within it.
    func down(_ box: VoxelBox) -> VoxelBox {
        guard let toTraining else { return box }
        func bound(_ value: Int, _ axis: Int) -> Int {
            max(0, min(shape[axis], Int((Double(value) / toTraining.ratio[axis]).rounded())))
        }
        return VoxelBox(
            lower: Vector3((0..<3).map { bound(box.lower[$0], $0) }),
            upper: Vector3((0..<3).map { bound(box.upper[$0], $0) }))
    }
}
