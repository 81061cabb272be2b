internal import Numerics
internal import System
internal import Tensors

/// Measures how fast this machine multiplies dense matrices in float32: the limit of a network that consists of convolutions.
public struct ProductBenchmark: Sendable {
    /// Rows and columns of the matrices.
    private static let edge = 1024

    public init() {}

    /// Floating-point operations per second of the fastest of several products, by OpenBLAS or by libtorch's library for convolutions,
    /// whichever is faster here.
    ///
    /// Blocks; to be run on a `TensorThread` whose number of threads is set.
    ///
    /// - Throws: `NumericsError.libraryMissing`, `TensorError`.
    public func operationsPerSecond(repetitions: Int = 8) throws -> Double {
        let edge = Double(Self.edge)
        let operations = 2 * edge * edge * edge
        let (product, threads) = (try DenseProduct(), Torch.threads)
        let matrices = (0..<threads).map { _ in Matrices(edge: Self.edge) }
        let byBLAS = try fastest(repetitions) {
            try Torch.parallel(threads) { matrices[$0].multiply(product) }
        }
        let side = Int(edge.squareRoot())
        let image = try Tensor(filledWith: 0.5, shape: [1, Self.edge, side, side])
        let weight = try Tensor(filledWith: 0.5, shape: [Self.edge, Self.edge, 1, 1])
        let bias = try Tensor(filledWith: 0, shape: [Self.edge])
        let byConvolution = try Torch.withoutGradients {
            try fastest(repetitions) {
                _ = try image.convolved(weight: weight, bias: bias, stride: 1, padding: 0)
            }
        }
        return max(operations * Double(threads) / byBLAS, operations / byConvolution)
    }

    /// Seconds.
    private func fastest(_ repetitions: Int, _ body: () throws -> Void) rethrows -> Double {
        let clock = ContinuousClock()
        var fastest = Double.infinity
        for _ in 0..<max(1, repetitions) {
            let began = clock.now
            try body()
            fastest = min(fastest, (clock.now - began) / .seconds(1))
        }
        return fastest
    }
}

/// Two matrices and their product.
///
/// `@unchecked Sendable`: one thread multiplies them.
private final class Matrices: @unchecked Sendable {
    private let edge: Int
    private let first, second, result: UnsafeMutablePointer<Float>

    init(edge: Int) {
        var random = CounterRandom(1)
        self.edge = edge
        (first, second, result) = (
            .allocate(capacity: edge * edge), .allocate(capacity: edge * edge), .allocate(capacity: edge * edge)
        )
        for i in 0..<edge * edge { (first[i], second[i], result[i]) = (Float(random.unit()), Float(random.unit()), 0) }
    }

    func multiply(_ product: DenseProduct) {
        product.multiply(first, rows: edge, second, rows: edge, columns: edge, into: result)
    }

    deinit {
        for matrix in [first, second, result] { matrix.deallocate() }
    }
}
