internal import Domain
internal import Glibc
internal import System

/// Renders structures as Hounsfield units: attenuation by phase and patient, mottled tissue, blur and noise.
///
/// Processes slice by slice with three blurred slices in memory, besides structures and result.
struct PhantomImage {
    let grid: PhantomGrid
    /// Attenuation of each structure in this patient, Hounsfield units.
    let attenuations: [Float]
    /// Standard deviation of the noise before and after the blur, Hounsfield units.
    let noise: (blurred: Float, white: Float)
    let mottle: Ripple
    let key: UInt64

    init(grid: PhantomGrid, phase: PhantomPhase, random: inout PhantomRandom) {
        self.grid = grid
        let patient = random.normal(6)
        attenuations = PhantomStructure.allCases.map { structure in
            let mean = structure.attenuation(phase)
            let contrast = mean - structure.attenuation(.native)
            let enhanced = structure.attenuation(.native) + contrast * random.uniform(0.8...1.2)
            let soft = mean > -50 && mean < 360
            return Float(enhanced + (soft ? patient + random.normal(7) : random.normal(12)))
        }
        noise = (Float(random.uniform(14...26)), Float(random.uniform(4...8)))
        mottle = Ripple(wavelength: 36, &random)
        key = random.next()
    }

    /// One value per voxel, −1024 to 3071, x fastest.
    func render(_ structures: [UInt8]) -> [Int16] {
        let shape = grid.shape
        let plane = shape.x * shape.y
        var slices = (0..<3).map { _ in [Float](repeating: 0, count: plane) }
        var scratch = [Float](repeating: 0, count: plane)
        func prepare(_ z: Int) {
            fill(&scratch, z, structures)
            blur(&scratch, into: &slices[z % 3])
        }
        prepare(0)
        return [Int16](unsafeUninitializedCapacity: shape.count) { out, count in
            for z in 0..<shape.z {
                if z + 1 < shape.z { prepare(z + 1) }
                let (below, above) = (slices[max(0, z - 1) % 3], slices[min(shape.z - 1, z + 1) % 3])
                let middle = slices[z % 3]
                for i in 0..<plane {
                    let index = z * plane + i
                    let mean = 0.1 * below[i] + 0.8 * middle[i] + 0.1 * above[i]
                    out[index] = Self.unit(mean + noise.white * gauss(index, 1))
                }
            }
            count = shape.count
        }
    }

    private static func unit(_ value: Float) -> Int16 { Int16(min(3071, max(-1024, value.rounded()))) }

    private func gauss(_ index: Int, _ lane: UInt64) -> Float {
        Float(PhantomRandom.gauss(SplitMix64.mixed(key &+ UInt64(index) &* 2 &+ lane)))
    }

    private func fill(_ slice: inout [Float], _ z: Int, _ structures: [UInt8]) {
        let shape = grid.shape
        for y in 0..<shape.y {
            for x in 0..<shape.x {
                let index = shape.index(x, y, z)
                let mean = attenuations[Int(structures[index])]
                let point = grid.origin + grid.spacing * Vector3(Double(x), Double(y), Double(z))
                let speckle = mean > -300 ? Float(mottle(point)) * 4 : 0
                slice[y * shape.x + x] = mean + speckle + noise.blurred * gauss(index, 0)
            }
        }
    }

    /// A 3x3 kernel of [w, 1-2w, w] along x and y; the edge is repeated.
    private func blur(_ slice: inout [Float], into out: inout [Float]) {
        let (nx, ny) = (grid.shape.x, grid.shape.y)
        let side: Float = 0.16
        for y in 0..<ny {
            var before = slice[y * nx]
            for x in 0..<nx {
                let here = slice[y * nx + x]
                let after = slice[y * nx + min(nx - 1, x + 1)]
                slice[y * nx + x] = side * (before + after) + (1 - 2 * side) * here
                before = here
            }
        }
        for y in 0..<ny {
            let (low, high) = (max(0, y - 1) * nx, min(ny - 1, y + 1) * nx)
            for x in 0..<nx {
                out[y * nx + x] = side * (slice[low + x] + slice[high + x]) + (1 - 2 * side) * slice[y * nx + x]
            }
        }
    }
}
