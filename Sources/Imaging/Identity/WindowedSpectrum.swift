internal import Glibc

/// The Fourier transform of an image at the frequencies of an image descriptor, under three windows along z.
///
/// Slices are transformed one by one and added with the phase of their position, so the slice spacing is arbitrary.
struct WindowedSpectrum {
    /// Frequencies 0 to 14 along x, padded to whole vector registers.
    private static let lanes = 16
    /// −14 to 14.
    private static let rows = 2 * FrequencySet.largest + 1
    /// −12 to 12 in steps of 3.
    private static let planes = 2 * (FrequencySet.largest / FrequencySet.stepAlongZ) + 1
    private static let plane = rows * lanes
    /// Height of the windows at the ends, in millimetres.
    private static let windowHeight = 180.0

    private let windows: [ClosedRange<Double>]
    private var real: [Float]
    private var imaginary: [Float]
    private var waves: (x: Waves, y: Waves)?
    private var slice = SliceSpectrum()

    /// - Parameter height: the image's height in millimetres.
    init(height: Double) {
        let part = min(height, Self.windowHeight)
        windows = [0...height, 0...part, height - part...height]
        real = [Float](repeating: 0, count: windows.count * Self.planes * Self.plane)
        imaginary = real
    }

    /// Adds a slice.
    /// - Parameters:
    ///   - place: distance from the first slice, in millimetres.
    ///   - centre: distance of the slice's middle from the image's lower end, in millimetres.
    mutating func add(_ cells: SliceSampler, at place: Double, centre: Double) {
        let waves = waves ?? (Waves(cells.x.positions), Waves(cells.y.positions))
        self.waves = waves
        slice.transform(cells, waves.x, waves.y)
        for (window, range) in windows.enumerated() where range.contains(centre) {
            let share = (centre - range.lowerBound) / (range.upperBound - range.lowerBound)
            let weight = 0.5 - 0.5 * cos(2 * .pi * share)
            for plane in 0..<Self.planes {
                let frequency = Double((plane - Self.planes / 2) * FrequencySet.stepAlongZ)
                let angle = -2 * .pi * frequency * place / FrequencySet.period
                accumulate(
                    (window * Self.planes + plane) * Self.plane, Float(weight * cos(angle)), Float(weight * sin(angle)))
            }
        }
    }

    private mutating func accumulate(_ offset: Int, _ cosine: Float, _ sine: Float) {
        real.withUnsafeMutableBufferPointer { real in
            imaginary.withUnsafeMutableBufferPointer { imaginary in
                slice.real.withUnsafeBufferPointer { a in
                    slice.imaginary.withUnsafeBufferPointer { b in
                        for i in 0..<Self.plane {
                            real[offset + i] += a[i] * cosine - b[i] * sine
                            imaginary[offset + i] += a[i] * sine + b[i] * cosine
                        }
                    }
                }
            }
        }
    }

    /// A window's components.
    func descriptor(of window: Int) -> [Int8] {
        let power = FrequencySet.standard.frequencies.map { f in
            [(f.y, f.z), (-f.y, f.z), (f.y, -f.z), (-f.y, -f.z)].reduce(0.0) { sum, mirrored in
                let plane = Self.planes / 2 + mirrored.1 / FrequencySet.stepAlongZ
                let row = FrequencySet.largest + mirrored.0
                let at = (window * Self.planes + plane) * Self.plane + row * Self.lanes + f.x
                return sum + Double(real[at]) * Double(real[at]) + Double(imaginary[at]) * Double(imaginary[at])
            }
        }
        return FrequencySet.standard.descriptor(ofPower: power)
    }

    /// Cosines and sines of the frequencies 0 to 14 (padded to 16) at each position in millimetres.
    fileprivate struct Waves {
        let cosines: [Float]
        let sines: [Float]

        init(_ positions: [Float]) {
            let angles = positions.flatMap { position in
                (0..<WindowedSpectrum.lanes).map { 2 * Double.pi * Double($0) * Double(position) / FrequencySet.period }
            }
            (cosines, sines) = (angles.map { Float(cos($0)) }, angles.map { Float(sin($0)) })
        }
    }

    /// The transform of one slice: rows of frequencies along y (−14 to 14), frequencies along x fastest.
    fileprivate struct SliceSpectrum {
        var real = [Float](repeating: 0, count: WindowedSpectrum.plane)
        var imaginary = [Float](repeating: 0, count: WindowedSpectrum.plane)

        mutating func transform(_ slice: SliceSampler, _ x: Waves, _ y: Waves) {
            let lanes = WindowedSpectrum.lanes
            let top = FrequencySet.largest
            // Per frequency along y from 0: sums of real·cos, imaginary·sin, imaginary·cos, real·sin.
            var sums = [Float](repeating: 0, count: 4 * (top + 1) * lanes)
            var (a, b) = ([Float](repeating: 0, count: lanes), [Float](repeating: 0, count: lanes))
            for j in 0..<slice.y.cells {
                Self.transformRow(slice, j, x, &a, &b)
                sums.withUnsafeMutableBufferPointer { sums in
                    for k in 0...top {
                        let (c, s) = (y.cosines[j * lanes + k], y.sines[j * lanes + k])
                        let at = sums.baseAddress! + 4 * k * lanes
                        for i in 0..<lanes {
                            at[i] += a[i] * c
                            at[lanes + i] += b[i] * s
                            at[2 * lanes + i] += b[i] * c
                            at[3 * lanes + i] += a[i] * s
                        }
                    }
                }
            }
            for k in 0...top {
                for i in 0..<lanes {
                    let at = 4 * k * lanes + i
                    let (ac, bs, bc, az) = (sums[at], sums[at + lanes], sums[at + 2 * lanes], sums[at + 3 * lanes])
                    real[(top + k) * lanes + i] = ac + bs
                    imaginary[(top + k) * lanes + i] = bc - az
                    real[(top - k) * lanes + i] = ac - bs
                    imaginary[(top - k) * lanes + i] = bc + az
                }
            }
        }

        private static func transformRow(
            _ slice: SliceSampler, _ j: Int, _ waves: Waves, _ real: inout [Float], _ imaginary: inout [Float]
        ) {
            let (lanes, cells) = (WindowedSpectrum.lanes, slice.x.cells)
            waves.cosines.withUnsafeBufferPointer { cosines in
                waves.sines.withUnsafeBufferPointer { sines in
                    slice.cells.withUnsafeBufferPointer { values in
                        real.withUnsafeMutableBufferPointer { real in
                            imaginary.withUnsafeMutableBufferPointer { imaginary in
                                for k in 0..<lanes { (real[k], imaginary[k]) = (0, 0) }
                                for i in 0..<cells {
                                    let value = values[j * cells + i]
                                    for k in 0..<lanes {
                                        real[k] += value * cosines[i * lanes + k]
                                        imaginary[k] -= value * sines[i * lanes + k]
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
