internal import Domain
internal import Glibc

/// One axis of a slice, sampled every few voxels and averaged into cells of about 6 mm.
struct SampledAxis {
    /// Voxels between samples, about 3 mm.
    let stride: Int
    let samplesPerCell: Int
    let cells: Int
    /// Position of each cell's centre in millimetres.
    let positions: [Float]

    init(voxels: Int, spacing: Double) {
        let stride = min(voxels, max(1, Int(3 / spacing)))
        let samples = (voxels + stride - 1) / stride
        let step = spacing * Double(stride)
        let perCell = min(samples, max(1, Int((6 / step).rounded())))
        (self.stride, samplesPerCell, cells) = (stride, perCell, samples / perCell)
        positions = (0..<samples / perCell).map { cell in
            Float((Double(cell * perCell) + Double(perCell - 1) / 2) * step)
        }
    }
}

/// Reads slices of an image into cells of about 6 mm, with values from 0 to 1, weighted by a Gaussian window around the
/// slice's centre of mass.
struct SliceSampler {
    let x: SampledAxis
    let y: SampledAxis
    /// Row by row, x fastest.
    private(set) var cells: [Float]
    private let volume: ImageVolume
    private let scale: ClosedRange<Float>
    /// Standard deviation of the window in millimetres: the margins, which crops remove, have little weight.
    private static let deviation: Float = 80

    init(_ volume: ImageVolume, scale: ClosedRange<Float>) {
        (self.volume, self.scale) = (volume, scale)
        x = SampledAxis(voxels: volume.shape.x, spacing: volume.spacing.x)
        y = SampledAxis(voxels: volume.shape.y, spacing: volume.spacing.y)
        cells = [Float](repeating: 0, count: x.cells * y.cells)
    }

    mutating func read(_ z: Int) {
        switch volume.voxels {
        case .int16(let buffer): buffer.withVoxels { fill(from: $0, z) { Float($0) } }
        case .int32(let buffer): buffer.withVoxels { fill(from: $0, z) { Float($0) } }
        case .float32(let buffer): buffer.withVoxels { fill(from: $0, z) { $0 } }
        }
        applyWindow()
    }

    @inline(__always)
    private mutating func fill<T>(from voxels: UnsafeBufferPointer<T>, _ z: Int, _ value: (T) -> Float) {
        let (low, high) = (scale.lowerBound, scale.upperBound)
        let (perCell, step) = (x.samplesPerCell, x.stride)
        let factor = 1 / ((high - low) * Float(perCell * y.samplesPerCell))
        cells.withUnsafeMutableBufferPointer { cells in
            for j in 0..<y.cells {
                let line = cells.baseAddress! + j * x.cells
                for i in 0..<x.cells { line[i] = 0 }
                for r in 0..<y.samplesPerCell {
                    var row = voxels.baseAddress! + volume.shape.index(0, (j * y.samplesPerCell + r) * y.stride, z)
                    for i in 0..<x.cells {
                        var sum: Float = 0
                        for _ in 0..<perCell {
                            sum += min(max(value(row.pointee), low), high) - low
                            row += step
                        }
                        line[i] += sum * factor
                    }
                }
            }
        }
    }

    private mutating func applyWindow() {
        var (columns, rows) = ([Float](repeating: 0, count: x.cells), [Float](repeating: 0, count: y.cells))
        for j in 0..<y.cells {
            for i in 0..<x.cells {
                let value = cells[j * x.cells + i]
                columns[i] += value
                rows[j] += value
            }
        }
        let (across, down) = (Self.weights(columns, x.positions), Self.weights(rows, y.positions))
        for j in 0..<y.cells {
            for i in 0..<x.cells { cells[j * x.cells + i] *= across[i] * down[j] }
        }
    }

    /// A Gaussian around the centre of mass.
    private static func weights(_ mass: [Float], _ positions: [Float]) -> [Float] {
        let total = max(1e-6, mass.reduce(0, +))
        let centre = zip(mass, positions).reduce(0) { $0 + $1.0 * $1.1 } / total
        return positions.map { expf(-0.5 * (($0 - centre) / deviation) * (($0 - centre) / deviation)) }
    }
}
