import Learning
import Plans
import Tensors
import Testing

/// Network, loss and one Adam step against PyTorch's values (`Oracle/make_oracle.py`).
@Suite struct OracleTests {
    struct Difference: Sendable {
        var logits: Float = 0
        var gradients: Float = 0
        var parameters: Float = 0
        var smallestChange: Float = 1
    }

    /// Adam's first step is the gradient's sign times the rate, so values whose gradient is rounding noise (a bias before
    /// an instance norm) are left out of it.
    @Test(arguments: ["unet2d", "unet3d"])
    func networkAndStepAgreeWithPyTorch(name: String) async throws {
        let difference = try await tensorThread.run {
            let oracle = try oracle(name)
            let network = try UNet(try NetworkPlan(oracle), seed: 7)
            try network.parameters.load { oracle["before." + $0] }
            let optimiser = try Optimiser(.adam, network.parameters)
            let batch = try batch(oracle, composites: true)
            let logits = try network(batch.image)
            let loss = try KnownVoxelLoss()(logits, batch)
            try loss.backward()
            var result = Difference(logits: distance(try logits.floats(), try oracle.values("logits")))
            for path in network.parameters.paths {
                let gradient = try network.parameters[path]?.gradient()?.floats() ?? []
                result.gradients = max(result.gradients, distance(gradient, try oracle.values("gradient." + path)))
            }
            try optimiser.step(learningRate: 1e-3)
            for path in network.parameters.paths {
                let values = try network.parameters[path]?.floats() ?? []
                let gradient = try oracle.values("gradient." + path)
                let (before, after) = (try oracle.values("before." + path), try oracle.values("after." + path))
                for i in values.indices where abs(gradient[i]) > 1e-5 {
                    result.parameters = max(result.parameters, distance([values[i]], [after[i]]))
                    result.smallestChange = min(result.smallestChange, abs(values[i] - before[i]))
                }
            }
            return result
        }
        #expect(difference.logits < 1e-4)
        #expect(difference.gradients < 1e-4)
        #expect(difference.parameters < 1e-4)
        #expect(difference.smallestChange > 9e-4)
    }

    @Test(arguments: ["unet2d", "unet3d"])
    func everyLossOptionAgreesWithPyTorch(name: String) async throws {
        let (ours, theirs) = try await tensorThread.run {
            let oracle = try oracle(name)
            let logits = try oracle.tensor("logits")
            let plain = try batch(oracle, composites: false)
            let losses: [(String, KnownVoxelLoss, Batch)] = [
                ("total", KnownVoxelLoss(), plain),
                ("composite", KnownVoxelLoss(), try batch(oracle, composites: true)),
                ("perOrgan", KnownVoxelLoss(normalisation: .perOrgan), plain),
                ("constant", KnownVoxelLoss(normalisation: .constant), plain),
                ("positiveWeights", KnownVoxelLoss(positiveWeights: [1, 2.5, 4]), plain),
                ("dice", KnownVoxelLoss(diceWeight: 0.5), plain),
            ]
            let ours = try losses.map { Float(try $0.1(logits, $0.2).value()) }
            return (ours, losses.map { Float(oracle.metadata["loss." + $0.0] ?? "") ?? .nan })
        }
        #expect(distance(ours, theirs) < 1e-4)
        #expect(Set(ours).count == ours.count)
    }
}

/// The oracle's input, targets and weights.
private func batch(_ oracle: Checkpoint, composites: Bool) throws -> Batch {
    try Batch(
        image: try oracle.tensor("input"), target: try oracle.values("target"), known: try oracle.values("known"),
        organs: 3, composite: composites ? try oracle.values("composite") : [],
        compositeSets: composites ? [[1, 2]] : [])
}
