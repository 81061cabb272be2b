import Glibc
import Learning
import Tensors
import Testing

/// Losses and gradients worked out by hand, on one row of voxels and two or three organs.
@Suite struct LossTests {
    struct Outcome: Sendable {
        let loss: Double
        let gradient: [Float]
        let shares: [Double]
    }

    private func outcome(
        logits: [Float], target: [Float], known: [Float], organs: Int, composite: [Float] = [], sets: [[Int]] = [],
        diceWeight: Double = 0
    ) async throws -> Outcome {
        try await tensorThread.run {
            let width = logits.count / organs
            let batch = try Batch(
                image: try Tensor.zeros([1, 1, 1, width]), target: target, known: known, organs: organs,
                composite: composite,
                compositeSets: sets)
            let scores = try Tensor(logits, shape: [1, organs, 1, width])
            try scores.requireGradient()
            let loss = try KnownVoxelLoss(diceWeight: diceWeight)(scores, batch)
            try loss.backward()
            return Outcome(
                loss: try loss.value(), gradient: try scores.gradient()?.floats() ?? [], shares: try loss.shares())
        }
    }

    @Test(arguments: [0, 0.5])
    func unlabelledContributesExactlyZeroGradient(diceWeight: Double) async throws {
        let result = try await outcome(
            logits: [1, -2, 0, 30, -30, 3], target: [1, 0, 0, 0, 0, 0], known: [1, 1, 1, 0, 0, 0], organs: 2,
            diceWeight: diceWeight)
        #expect(result.gradient[3...] == [0, 0, 0])
        #expect(result.gradient[..<3].allSatisfy { $0 != 0 })
        #expect(result.shares == [1, 0])
    }

    @Test func nothingKnownIsNoLossAndNoGradient() async throws {
        let result = try await outcome(logits: [1, -2], target: [0, 0], known: [0, 0], organs: 1, diceWeight: 0.5)
        #expect(result.loss == 0)
        #expect(result.gradient == [0, 0])
    }

    @Test func knownVoxelsGiveTheMeanCrossEntropy() async throws {
        let result = try await outcome(
            logits: [0, 2, -1, 5], target: [1, 0, 0, 0], known: [1, 1, 1, 0], organs: 2)
        let expected = (log(2.0) + log(1 + exp(2.0)) + log(1 + exp(-1.0))) / 3
        #expect(abs(result.loss - expected) < 1e-6)
        let gradient: [Double] = [-0.5 / 3, 1 / (1 + exp(-2.0)) / 3, 1 / (1 + exp(1.0)) / 3, 0]
        #expect(distance(result.gradient, gradient.map(Float.init)) < 1e-6)
    }

    @Test func aSureNegativePullsDownOnlyItsVoxel() async throws {
        let result = try await outcome(
            logits: [3, 0, 0, 0], target: [1, 0, 0, 0], known: [1, 1, 1, 0], organs: 2)
        #expect(result.gradient[2] > 0)
        #expect(result.gradient[3] == 0)
    }

    /// Two parts with p = ½ each, one voxel: −log(1 − ¼); the derivative by a logit is −p · Π(1−p) / (1 − Π(1−p)) = −⅙.
    @Test func aCompositeLabelRequiresOneOfItsParts() async throws {
        let result = try await outcome(
            logits: [0, 0, 4], target: [0, 0, 0], known: [0, 0, 0], organs: 3, composite: [1], sets: [[0, 1]])
        #expect(abs(result.loss + log(0.75)) < 1e-6)
        #expect(distance(result.gradient, [-1 / 6, -1 / 6, 0]) < 1e-6)
        #expect(abs(result.shares[3] - 1) < 1e-6)
    }

    /// The second part is known to be absent, so the first must be there: −log p, by a logit −(1 − p), over
    /// two known terms.
    @Test func aCompositeLabelLeavesOutPartsKnownToBeAbsent() async throws {
        let result = try await outcome(
            logits: [0, 0], target: [0, 0], known: [0, 1], organs: 2, composite: [1], sets: [[0, 1]])
        #expect(abs(result.loss - log(2)) < 1e-6)
        #expect(distance(result.gradient, [-0.25, 0.25]) < 1e-6)
    }

    /// A pseudo label of a smaller weight says as surely that the part is absent.
    @Test func theWeightOfAPartDoesNotOpenACompositeLabel() async throws {
        let result = try await outcome(
            logits: [0, 0], target: [0, 0], known: [0, 0.5], organs: 2, composite: [1], sets: [[0, 1]])
        #expect(abs(result.loss - log(2)) < 1e-6)
        #expect(distance(result.gradient, [-1 / 3, 1 / 6]) < 1e-6)
    }

    @Test func aCompositeLabelStaysFiniteWhereAllPartsAreImprobable() async throws {
        let result = try await outcome(
            logits: [-60, -90], target: [0, 0], known: [0, 0], organs: 2, composite: [1], sets: [[0, 1]])
        #expect(result.loss.isFinite && result.loss > 50)
        #expect(result.gradient.allSatisfy { $0.isFinite })
    }
}
