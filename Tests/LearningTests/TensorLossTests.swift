import Domain
import Learning
import Plans
import System
import Tensors
import Testing

/// The loss in operations on tensors, as on a GPU, against the one of the kernels in C: both on the CPU.
@Suite struct TensorLossTests {
    private static let (rows, organs, shape) = (2, 3, [3, 5, 7])
    private static let sets = [[0, 1], [1, 2]]

    struct Outcome: Sendable {
        let value: Double
        let shares: [Double]
        let gradient: [Float]
    }

    /// What a batch knows, beside its pseudo labels of weight 0.25.
    enum Content: String, CaseIterable, Sendable {
        case everything, withoutComposites, withoutPositives, nothing
    }

    private struct Sample {
        let states, composite: [UInt8]
        let logits: [Float]

        init(_ content: Content) {
            var random = CounterRandom(11)
            let voxels = TensorLossTests.shape.reduce(1, *)
            let kinds: [UInt8] =
                switch content {
                case .everything, .withoutComposites: [0, 1, 2, 5, 6]
                case .withoutPositives: [0, 1, 5]
                case .nothing: [0]
                }
            let states = (0..<rows * organs * voxels).map { i -> UInt8 in
                // The last organ is unknown in the whole batch.
                i / voxels % organs == organs - 1 ? 0 : kinds[random.index(below: kinds.count)]
            }
            self.states = states
            composite =
                content == .everything
                ? (0..<rows * sets.count * voxels).map { i -> UInt8 in
                    let (row, set, voxel) = (i / (sets.count * voxels), i / voxels % sets.count, i % voxels)
                    let parts = sets[set].map { states[(row * organs + $0) * voxels + voxel] }
                    let isOpen = parts.contains(0) && !parts.contains { $0 & 3 == 2 }
                    return isOpen && random.index(below: 2) == 0 ? 1 : 0
                } : []
            logits = states.map { _ in Float(random.unit() * 24 - 12) }
        }
    }

    private static func outcome(
        _ sample: Sample, _ loss: KnownVoxelLoss, onTensors: Bool, weight: Double
    ) throws -> Outcome {
        let batch = try Batch(
            image: try Tensor.zeros([rows, 1] + shape), states: sample.states, organs: organs,
            composite: sample.composite, compositeSets: sample.composite.isEmpty ? [] : sets, pseudoWeight: 0.25)
        let scores = try Tensor(sample.logits, shape: [rows, organs] + shape)
        try scores.requireGradient()
        let targets = LossTargets(batch)
        let result =
            onTensors
            ? try loss.onTensors(scores, targets, weight: weight) : try loss(scores, targets, weight: weight)
        try result.backward()
        return Outcome(
            value: try result.value(), shares: try result.shares(), gradient: try scores.gradient()?.floats() ?? [])
    }

    @Test(arguments: LossNormalisation.allCases, Content.allCases)
    func bothLossesAreOne(normalisation: LossNormalisation, content: Content) async throws {
        for (dice, positive, weight) in [(0, nil, 1), (0.5, [1, 2.5, 4], 0.25)] as [(Double, [Double]?, Double)] {
            let loss = KnownVoxelLoss(normalisation: normalisation, diceWeight: dice, positiveWeights: positive)
            let (kernels, tensors, states) = try await tensorThread.run {
                let sample = Sample(content)
                return (
                    try Self.outcome(sample, loss, onTensors: false, weight: weight),
                    try Self.outcome(sample, loss, onTensors: true, weight: weight), sample.states
                )
            }
            #expect(abs(kernels.value - tensors.value) <= 1e-6 * max(1, abs(kernels.value)))
            #expect(kernels.shares.count == tensors.shares.count)
            #expect(zip(kernels.shares, tensors.shares).allSatisfy { abs($0 - $1) < 1e-6 })
            #expect(distance(kernels.gradient, tensors.gradient) < 1e-6)
            #expect((content == .nothing) == (tensors.value == 0))
            guard content != .everything else { continue }
            for (state, gradient) in zip(states, tensors.gradient) where state == 0 { #expect(gradient == 0) }
        }
    }

    /// As the other, a loss on tensors sees what is not a number.
    @Test func whatIsNotANumberIsSeen() async throws {
        let value = try await tensorThread.run {
            let batch = try Batch(image: try Tensor.zeros([1, 1, 1, 3]), states: [1, 2, 0], organs: 1)
            let scores = try Tensor([0, .nan, 0], shape: [1, 1, 1, 3])
            return try KnownVoxelLoss().onTensors(scores, LossTargets(batch)).value()
        }
        #expect(value.isNaN)
    }
}
