import Domain
import Imaging
import Numerics
import Phantoms
import TestSupport

/// An image in memory that can be cropped, resampled, re-windowed and mirrored, like copies in public datasets.
struct Scan {
    var shape: GridShape
    /// Millimetres.
    var spacing: Vector3<Double>
    /// Canonical, x fastest.
    var values: [Float]

    init(shape: GridShape, spacing: Vector3<Double>, values: [Float]) {
        (self.shape, self.spacing, self.values) = (shape, spacing, values)
    }

    init(_ phantom: PhantomCase) {
        self.init(shape: phantom.grid.shape, spacing: phantom.grid.spacing, values: phantom.image.map(Float.init))
    }

    init(file: String) throws {
        let volume = try NIfTIReader().readImage(file)
        self.init(shape: volume.shape, spacing: volume.spacing, values: volume.voxels.floats)
    }

    func cropped(to box: VoxelBox) -> Scan {
        var kept: [Float] = []
        kept.reserveCapacity(box.shape.count)
        for z in box.lower.z..<box.upper.z {
            for y in box.lower.y..<box.upper.y {
                let start = shape.index(box.lower.x, y, z)
                kept += values[start..<start + box.size.x]
            }
        }
        return Scan(shape: box.shape, spacing: spacing, values: kept)
    }

    /// The slices between two shares of the height.
    func slices(_ lower: Double, _ upper: Double) -> Scan {
        let (first, last) = (Int(lower * Double(shape.z)), Int(upper * Double(shape.z)))
        return cropped(to: VoxelBox(lower: Vector3(0, 0, first), upper: Vector3(shape.x, shape.y, last)))
    }

    /// Without a share of the width and depth on each side.
    func trimmed(_ share: Double) -> Scan {
        let (x, y) = (Int(share * Double(shape.x)), Int(share * Double(shape.y)))
        return cropped(to: VoxelBox(lower: Vector3(x, y, 0), upper: Vector3(shape.x - x, shape.y - y, shape.z)))
    }

    func resampled(to spacing: Vector3<Double>) -> Scan {
        let target = Resampling.shape(of: shape, spacing: self.spacing, at: spacing)
        let plan = Resampling(from: shape, spacing: self.spacing, to: target, spacing: spacing)
        return Scan(shape: target, spacing: spacing, values: values.withUnsafeBufferPointer { plan.linear($0) })
    }

    func clipped(_ range: ClosedRange<Float>) -> Scan {
        var clipped = self
        clipped.values = values.map { min(max($0, range.lowerBound), range.upperBound) }
        return clipped
    }

    /// −160 to 240 HU as 0 to 255, as in eight-bit exports.
    var asBytes: Scan {
        var bytes = clipped(-160...240)
        bytes.values = bytes.values.map { (($0 + 160) / 400 * 255).rounded() }
        return bytes
    }

    func mirrored(_ axis: Int) -> Scan {
        var mirrored = self
        for z in 0..<shape.z {
            for y in 0..<shape.y {
                for x in 0..<shape.x {
                    var place = [x, y, z]
                    place[axis] = shape[axis] - 1 - place[axis]
                    mirrored.values[shape.index(x, y, z)] = values[shape.index(place[0], place[1], place[2])]
                }
            }
        }
        return mirrored
    }

    /// The descriptor after writing and reading the image as NIfTI, as in an import.
    func imageDescriptor() throws -> ImageDescriptor? {
        let file = TemporaryFolder.make("scan") + "/scan.nii"
        let grid = ImageGrid(shape: shape, affine: .scaling(spacing))
        try NIfTIWriter.write(.int16(VoxelBuffer(values.map { Int16($0.rounded()) })), on: grid, to: file)
        return try NIfTIReader().readImage(file).imageDescriptor(isCT: true)
    }

    /// Modified copies of a scan, by name.
    static let copies: [(name: String, make: @Sendable (Scan) -> Scan)] = [
        ("upper 20 % of the slices away", { $0.slices(0, 0.8) }),
        ("lower 20 % of the slices away", { $0.slices(0.2, 1) }),
        ("10 % of the slices away at both ends", { $0.slices(0.1, 0.9) }),
        ("10 % of the image away on each side", { $0.trimmed(0.1) }),
        ("slices twice as far apart", { $0.resampled(to: $0.spacing * Vector3(1, 1, 2)) }),
        ("2 mm along all axes", { $0.resampled(to: Vector3(2, 2, 2)) }),
        ("clipped to -160 to 240 HU", { $0.clipped(-160...240) }),
        ("clipped to -125 to 275 HU", { $0.clipped(-125...275) }),
        ("-160 to 240 HU as 0 to 255", { $0.asBytes }),
        ("mirrored left to right", { $0.mirrored(0) }),
        ("mirrored front to back", { $0.mirrored(1) }),
        ("mirrored head to foot", { $0.mirrored(2) }),
        (
            "upper 20 % away, 2 mm, clipped, mirrored",
            { $0.slices(0, 0.8).resampled(to: Vector3(2, 2, 2)).clipped(-160...240).mirrored(0) }
        ),
    ]
}
