import FoundationEssentials
import Learning
import Plans
import Tensors
import Testing

/// Random batches with the loss and the gradient of the Python package (`python/tests/make_losses.py`): both losses are one.
@Suite struct LossVectorTests {
    struct Vector: Decodable, Sendable {
        /// N, organs, and the spatial axes.
        let shape: [Int]
        let logits: [Float]
        let target: [Float]
        let known: [Float]
        let composite: [Float]
        let compositeSets: [[Int]]
        let normalisation: String
        let diceWeight: Double
        let positiveWeights: [Double]?
        let loss: Double
        let gradient: [Float]
    }

    private static let vectors: [Vector] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../python/tests/data/losses.json")
        guard let data = try? Data(contentsOf: file) else { return [] }
        return (try? JSONDecoder().decode([Vector].self, from: data)) ?? []
    }()

    @Test func thereAreVectors() { #expect(Self.vectors.count == 12) }

    @Test(arguments: 0..<12)
    func theLossIsThatOfTheVector(_ index: Int) async throws {
        let vector = try #require(Self.vectors.indices.contains(index) ? Self.vectors[index] : nil)
        let (loss, gradient) = try await tensorThread.run { try Self.evaluate(vector) }
        #expect(abs(loss - vector.loss) < 1e-6 * max(1, abs(vector.loss)))
        #expect(distance(gradient, vector.gradient) < 1e-6)
    }

    private static func evaluate(_ vector: Vector) throws -> (Double, [Float]) {
        let image = try Tensor.zeros([vector.shape[0], 1] + vector.shape[2...])
        let batch = try Batch(
            image: image, target: vector.target, known: vector.known, organs: vector.shape[1],
            composite: vector.composite, compositeSets: vector.compositeSets)
        let logits = try Tensor(vector.logits, shape: vector.shape)
        try logits.requireGradient()
        let loss = try KnownVoxelLoss(
            normalisation: LossNormalisation(rawValue: vector.normalisation) ?? .total, diceWeight: vector.diceWeight,
            positiveWeights: vector.positiveWeights)(logits, batch)
        try loss.backward()
        return (try loss.value(), try logits.gradient()?.floats() ?? [])
    }
}
