internal import Batches
internal import Catalog
internal import Domain
internal import Imaging
internal import Learning
internal import Numerics

/// An image on the run's grid as codes of 16 bits.
struct CodedImage: Sendable {
    let codes: IntensityCodes
    let voxels: VoxelBuffer<Int16>
}

extension IntensityVoxels {
    init(_ image: CodedImage) {
        let owner = CodedVoxels(image.voxels)
        self = image.voxels.withVoxels { IntensityVoxels($0, codes: image.codes, owner: owner) }
    }
}

/// Keeps the memory of the voxels.
private final class CodedVoxels: Sendable {
    private let voxels: VoxelBuffer<Int16>

    init(_ voxels: VoxelBuffer<Int16>) { self.voxels = voxels }
}

extension TrainingGrid {
    /// An image on the run's grid, by anti-aliased trilinear interpolation where that is another than its own. One slice after another:
    /// two bytes for each voxel of the run's grid, or none where the image is kept as it is.
    ///
    /// Whole numbers of 16 bits stay what they are, and so do their interpolations to whole numbers, as those of Hounsfield units,
    /// unless the image has so few values that rounding would lose some of it. Other images have codes of their own, which
    /// run from the least to the greatest value that is not an outlier; outliers are clipped before they are interpolated.
    ///
    /// - Parameter statistics: of the image.
    func coded(_ image: ImageVolume, _ statistics: IntensityStatistics) -> CodedImage {
        let range = statistics.maximum - statistics.minimum
        if case .int16(let voxels) = image.voxels, toTraining == nil || range >= Self.manyValues {
            return CodedImage(codes: .exact, voxels: toTraining == nil ? voxels : down(image, .exact))
        }
        let codes = IntensityCodes(from: statistics.minimum, to: statistics.maximum)
        let clipped = statistics.outliers > 0 ? Float(statistics.minimum)...Float(statistics.maximum) : nil
        return CodedImage(codes: codes, voxels: down(image, codes, clipped: clipped))
    }

    /// Rounding to whole numbers changes a value by at most 0.05 % of such a range.
    private static let manyValues = 1000.0

    private func down(
        _ image: ImageVolume, _ codes: IntensityCodes, clipped: ClosedRange<Float>? = nil
    ) -> VoxelBuffer<Int16> {
        let native = image.shape.x * image.shape.y
        func read(_ z: Int, _ out: UnsafeMutableBufferPointer<Float>) {
            image.voxels.copy(z * native, into: out)
            guard let clipped else { return }
            for i in out.indices { out[i] = min(max(out[i], clipped.lowerBound), clipped.upperBound) }
        }
        return VoxelBuffer(count: shape.count) { out in
            func write(_ z: Int, _ slice: UnsafeBufferPointer<Float>) {
                for i in slice.indices { out[z * slice.count + i] = codes.code(slice[i]) }
            }
            if let toTraining { return toTraining.linear(reading: read, write) }
            var slice = [Float](repeating: 0, count: native)
            for z in 0..<shape.z {
                slice.withUnsafeMutableBufferPointer { read(z, $0) }
                slice.withUnsafeBufferPointer { write(z, $0) }
            }
        }
    }
}
