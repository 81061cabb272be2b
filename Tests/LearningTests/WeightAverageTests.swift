import Batches
import Domain
import Learning
import Plans
import Tensors
import Testing

/// The moving average of a network's weights.
@Suite struct WeightAverageTests {
    private static let item = cubeCase(1, lower: Vector3(4, 5, 3), size: 6)

    private static func trainer(
        _ settings: LearningSettings, _ start: TrainingStart = .fresh, round: Int = 0, steps: Int = 4
    ) throws -> Trainer {
        let plan = settings.plan(organs: ["cube"])
        let sampler = try Sampler([item], settings: settings, rule: KnownVoxelRule(organCount: 1, exclusions: []))
        return try Trainer(
            plan, recipe: smallRecipe { ($0.steps, $0.round) = (steps, round) }, settings: settings,
            origin: smallOrigin, sampler: sampler, start: start)
    }

    /// The weights of every step, averaged by the formula, are those by which the checkpoint predicts; those that the optimiser changes are
    /// beside them.
    @Test(arguments: [0.15, 0.9])
    func theAverageFollowsItsFormula(decay: Double) async throws {
        let (plain, averaged) = try await tensorThread.run {
            var plain: [Checkpoint] = []
            for average in [0, decay] {
                let trainer = try Self.trainer(
                    smallSettings { ($0.checkpointSteps, $0.averageWeights) = (1, average) })
                plain.append(try trainer.checkpoint())
                _ = try trainer.run(checkpoint: { plain.append($0) })
            }
            // Initial weights, then one checkpoint per step.
            return (Array(plain[..<5]), Array(plain[5...]))
        }
        for path in ["enc.0.0.0.weight", "up.0.weight", "head.bias"] {
            var expected = try plain[0].values(path).map(Double.init)
            for step in 1...4 {
                let weights = try plain[step].values(path)
                #expect(try averaged[step].values("optimiser.weight." + path) == weights)
                let used = min(decay, Double(1 + step) / Double(10 + step))
                expected = zip(expected, weights).map { used * $0 + (1 - used) * Double($1) }
                #expect(distance(try averaged[step].values(path), expected.map(Float.init)) < 1e-6, "\(path) \(step)")
            }
        }
        #expect(averaged[4].metadata["training.averageWeights"] == String(decay))
        #expect(plain[4].metadata["training.averageWeights"] == nil)
    }

    /// Everything that reads the network of a checkpoint gets the average: predictions, a confidence head, the next round.
    @Test func theAveragePredictsAndTeaches() async throws {
        let settings = smallSettings { $0.averageWeights = 0.9 }
        let (trained, own, stored, next, last) = try await tensorThread.run {
            let trainer = try Self.trainer(settings)
            _ = try trainer.run()
            let checkpoint = try Checkpoint(bytes: try trainer.checkpoint().bytes())
            func logits(_ network: UNet) throws -> [Float] {
                try Predictor(network, confidence: .probability, settings: settings).predict(Self.item).logits[0]
                    .map(Float.init)
            }
            let next = try Self.trainer(settings, .weights(checkpoint), round: 1).checkpoint()
            return (
                try logits(trainer.network), try logits(trainer.predictingNetwork), try logits(try UNet(checkpoint)),
                next, checkpoint
            )
        }
        #expect(own == stored && own != trained)
        for path in ["enc.0.0.0.weight", "head.weight"] {
            let average = try last.values(path)
            #expect(try next.values(path) == average)
            #expect(try next.values("optimiser.weight." + path) == average)
        }
    }

    /// Without an average a checkpoint has no tensor and no key of one, as those of earlier versions.
    @Test func aCheckpointWithoutOneIsAsBefore() async throws {
        let checkpoint = try await tensorThread.run { try Self.trainer(smallSettings()).checkpoint() }
        #expect(!checkpoint.tensors.contains { $0.path.hasPrefix("optimiser.weight.") })
        #expect(!checkpoint.metadata.keys.contains { $0.lowercased().contains("average") })
    }
}
