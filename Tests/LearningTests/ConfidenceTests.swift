import Batches
import Domain
import Learning
import Plans
internal import System
import Tensors
import Testing

/// A network that predicts the organ everywhere, although only bright voxels of the upper half are the organ. Its probability does
/// not separate the two, its features do.
@Suite struct ConfidenceTests {
    struct Means: Sendable {
        let right, wrong: Double
    }

    private static func item(_ id: Int64) -> TrainingCase {
        let shape = GridShape(16, 16, 4)
        var random = CounterRandom(UInt64(id))
        let bright = (0..<shape.count).map { _ in random.unit() < 0.3 }
        let texture = (0..<shape.count).map { _ in random.unit() }
        let voxels = (0..<shape.count).map { i -> Int16 in
            let upper = i / 16 % 16 >= 8
            return Int16((upper ? 100.0 : 0) + (bright[i] ? 90 : 0) + texture[i] * 5)
        }
        let truth = BitVolume(shape) { x, y, z in y >= 8 && bright[shape.index(x, y, z)] }
        return TrainingCase(
            volume: VolumeID(id), shape: shape, spacing: Vector3(1, 1, 1), image: IntensityVoxels(voxels),
            normalisation: .hounsfield,
            labels: [.known(foreground: truth)])
    }

    @Test(arguments: [ConfidenceMethod.tcp, .residual, .correctness])
    func theHeadLearnsWhereTheNetworkIsWrong(method: ConfidenceMethod) async throws {
        let settings = smallSettings {
            $0.widths = [8, 8]
            $0.contextSlices = 1
            $0.headBias = 2
            $0.confidenceLearningRate = 1e-2
            $0.intensityJitter = 0
        }
        let (confidence, firstLoss, lastLoss) = try await tensorThread.run {
            let plan = settings.plan(organs: ["bright"])
            let rule = KnownVoxelRule(organCount: 1, exclusions: [])
            let cases = (1...3).map { Self.item($0) }
            let sampler = try Sampler(cases, settings: settings, rule: rule)
            let network = try UNet(plan, seed: 5)
            let recipe = smallRecipe {
                $0.confidenceSteps = 100
                $0.confidence = method
            }
            let trainer = try ConfidenceTrainer(network, recipe: recipe, settings: settings, sampler: sampler)
            var losses: [Double] = []
            try trainer.run(event: { losses.append($1) })
            let test = Self.item(9)
            let predictor = Predictor(network, head: trainer.head, confidence: method, settings: settings)
            let prediction = try predictor.predict(test)
            guard case .known(let truth?, _, _) = test.labels[0] else { throw MissingOracle(path: "truth") }
            return (meanConfidences(prediction, truth), losses[0], losses[losses.count - 1])
        }
        #expect(lastLoss < 0.7 * firstLoss)
        #expect(confidence.right > confidence.wrong + 0.15)
    }

    @Test func entropyAndProbabilityAreMeasuredOnPredictedPositives() {
        let shape = GridShape(4, 1, 1)
        let logits: [Prediction.Score] = [-512, 0, 256, 1024]
        let plain = Prediction(shape: shape, logits: [logits])
        #expect(abs((plain.meanConfidence(organ: 0) ?? 0) - (0.731059 + 0.982014) / 2) < 1e-5)
        let entropy = Prediction(shape: shape, logits: [logits], kind: .entropy)
        #expect(abs(entropy.confidence(organ: 0, voxel: 1)) < 1e-9)
        #expect(abs(entropy.confidence(organ: 0, voxel: 2) - (1 - 0.840_0)) < 1e-3)
        #expect(Prediction(shape: shape, logits: [[-1, -1, 0, -9]]).meanConfidence(organ: 0) == nil)
    }
}

/// Mean confidence over predicted positives, where they are the organ and where not.
private func meanConfidences(_ prediction: Prediction, _ truth: BitVolume) -> ConfidenceTests.Means {
    var sums = (right: 0.0, wrong: 0.0)
    var counts = (right: 0.0, wrong: 0.0)
    for voxel in 0..<prediction.shape.count where prediction.probability(organ: 0, voxel: voxel) > 0.5 {
        let confidence = prediction.confidence(organ: 0, voxel: voxel)
        if truth[voxel] {
            sums.right += confidence
            counts.right += 1
        } else {
            sums.wrong += confidence
            counts.wrong += 1
        }
    }
    return .init(right: sums.right / max(counts.right, 1), wrong: sums.wrong / max(counts.wrong, 1))
}
