package import Domain
package import System

/// A mask of a benchmark.
package struct Ellipsoid {
    private let centre, radius: Vector3<Double>

    package init(_ shape: GridShape, _ random: inout CounterRandom) {
        let size = Vector3(Double(shape.x), Double(shape.y), Double(shape.z))
        var (centre, radius) = (size, size)
        for axis in 0..<3 {
            centre[axis] *= 0.2 + 0.6 * random.unit()
            radius[axis] *= 0.08 + 0.15 * random.unit()
        }
        (self.centre, self.radius) = (centre, radius)
    }

    package func filled(_ shape: GridShape) -> BitVolume {
        var mask = BitVolume(shape)
        for z in 0..<shape.z {
            for y in 0..<shape.y {
                for x in 0..<shape.x {
                    let place = Vector3(Double(x), Double(y), Double(z))
                    let distance = (0..<3).reduce(0.0) { sum, axis in
                        let step = (place[axis] - centre[axis]) / radius[axis]
                        return sum + step * step
                    }
                    if distance < 1 { mask[x, y, z] = true }
                }
            }
        }
        return mask
    }
}
