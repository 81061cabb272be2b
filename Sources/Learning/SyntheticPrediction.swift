public import Domain
internal import System

/// A prediction of a volume that no network made: each organ is an ellipsoid, with logits that fall from its centre and some noise. For benchmarks.
public struct SyntheticPrediction: Sendable {
    private struct Ellipsoid: Sendable {
        let centre, radius: Vector3<Double>
    }

    public let shape: GridShape
    private let organs: [Ellipsoid]

    public init(shape: GridShape, organs: Int) {
        self.shape = shape
        var random = CounterRandom(7)
        let size = Vector3(Double(shape.x), Double(shape.y), Double(shape.z))
        self.organs = (0..<organs).map { _ in
            var (centre, radius) = (size, size)
            for axis in 0..<3 {
                centre[axis] *= 0.25 + 0.5 * random.unit()
                radius[axis] *= 0.05 + 0.1 * random.unit()
            }
            return Ellipsoid(centre: centre, radius: radius)
        }
    }

    /// The scores of one slice, made on several threads.
    public func slice(_ z: Int, threads: Int) -> Prediction {
        let logits = Array(organs.enumerated()).map(threads: threads) { scores($0.element, $0.offset, z) }
        return Prediction(shape: GridShape(shape.x, shape.y, 1), firstSlice: z, logits: logits)
    }

    private func scores(_ organ: Ellipsoid, _ number: Int, _ z: Int) -> [Prediction.Score] {
        var random = CounterRandom(UInt64(number * shape.z + z + 1))
        let depth = (Double(z) - organ.centre.z) / organ.radius.z
        return [Prediction.Score](unsafeUninitializedCapacity: shape.x * shape.y) { out, count in
            for y in 0..<shape.y {
                let height = (Double(y) - organ.centre.y) / organ.radius.y
                let rest = depth * depth + height * height
                for x in 0..<shape.x {
                    let width = (Double(x) - organ.centre.x) / organ.radius.x
                    let logit = 4 * (1 - (rest + width * width).squareRoot()) + random.unit() - 0.5
                    out[y * shape.x + x] = Prediction.quantised(Float(logit))
                }
            }
            count = shape.x * shape.y
        }
    }
}

extension Prediction {
    /// The sum of all scores: the least that a program does which reads each of them once.
    public func total(threads: Int) -> Int {
        logits.map(threads: threads) { scores in
            scores.withUnsafeBufferPointer { scores in scores.reduce(0) { $0 &+ Int($1) } }
        }.reduce(0, &+)
    }
}
