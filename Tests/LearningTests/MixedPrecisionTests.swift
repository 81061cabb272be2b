import Batches
import Domain
import Glibc
import Learning
import Plans
import Tensors
import Testing

/// Convolutions in bfloat16 (8 bits of significand, so 0.4 % of a value) against float32, within bounds that `docs/method.md` states.
@Suite struct MixedPrecisionTests {
    private static let cases = (0..<3).map { i in
        cubeCase(Int64(i + 1), side: 40, lower: Vector3(3 + 4 * i, 12 - 3 * i, 1 + i), size: 6)
    }

    private static func settings(_ dimensions: Int, _ precision: Precision) -> LearningSettings {
        smallSettings {
            ($0.dimensions, $0.contextSlices) = (dimensions, dimensions == 2 ? 3 : 1)
            ($0.widths, $0.deepSupervision) = ([8, 12, 16, 24], true)
            ($0.patch, $0.batch) = (dimensions == 2 ? [32, 32] : [16, 16, 16], 2)
            ($0.precision, $0.logSteps) = (precision, 1)
            ($0.accumulation, $0.maximumGradientNorm, $0.averageWeights) = (2, 0.5, 0.9)
        }
    }

    private static func trainer(_ settings: LearningSettings, steps: Int) throws -> Trainer {
        let plan = settings.plan(organs: ["cube"])
        let sampler = try Sampler(cases, settings: settings, rule: KnownVoxelRule(organCount: 1, exclusions: []))
        return try Trainer(
            plan, recipe: smallRecipe { ($0.steps, $0.learningRate) = (steps, 3e-3) }, settings: settings,
            origin: smallOrigin, sampler: sampler)
    }

    private static func deviation(_ values: [Float]) -> Float {
        let mean = values.reduce(0, +) / Float(values.count)
        return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(values.count)).squareRoot()
    }

    /// The root mean square of the differences is below 3 % of the deviation of the logits, the largest below 15 %. A processor without
    /// instructions for bfloat16 also rounds the sums of products: 10 % and 60 %.
    @Test(arguments: [2, 3])
    func logitsOfOneStepAreClose(dimensions: Int) async throws {
        let (exact, rounded) = try await tensorThread.run {
            let settings = Self.settings(dimensions, .float32)
            let network = try UNet(settings.plan(organs: ["cube"]), seed: 3)
            let sampler = try Sampler(
                Self.cases, settings: settings, rule: KnownVoxelRule(organCount: 1, exclusions: []))
            let batch = try sampler.batch(0, settings, organs: ["cube"]).batch
            func logits(_ isLow: Bool) throws -> [Float] {
                try Torch.withBFloat16(isLow) { try network(batch.image).float32().floats() }
            }
            return (try logits(false), try logits(true))
        }
        let (deviation, differences) = (Self.deviation(exact), zip(exact, rounded).map { $1 - $0 })
        let square = (differences.reduce(0) { $0 + $1 * $1 } / Float(differences.count)).squareRoot()
        #expect(deviation > 0.05 && square > 0)
        let (mean, largest): (Float, Float) = Torch.hasFastBFloat16 ? (0.03, 0.15) : (0.1, 0.6)
        #expect(square < mean * deviation, "\(square) of \(deviation)")
        #expect(distance(exact, rounded) < largest * deviation, "\(distance(exact, rounded)) of \(deviation)")
    }

    /// Thirty steps with accumulated and clipped gradients, coarser levels and averaged weights: the losses stay within 3 % of the first.
    @Test(arguments: [2, 3])
    func theLossOfATrainingIsClose(dimensions: Int) async throws {
        let losses = try await tensorThread.run {
            try [Precision.float32, .bfloat16].map { precision in
                var losses: [Double] = []
                let trainer = try Self.trainer(Self.settings(dimensions, precision), steps: 30)
                _ = try trainer.run(event: { losses.append($0.loss?.value ?? .nan) })
                #expect(try trainer.checkpoint().metadata["training.precision"] == precision.rawValue)
                return losses
            }
        }
        let (exact, rounded) = (losses[0], losses[1])
        #expect(exact.count == 30 && exact != rounded && exact[29] < 0.8 * exact[0], "\(exact)")
        for (step, pair) in zip(exact, rounded).enumerated() {
            #expect(abs(pair.0 - pair.1) < 0.03 * exact[0], "step \(step): \(pair)")
        }
    }

    /// Losses, weights and what the optimiser keeps are float32 in either precision.
    @Test func weightsStayInFloat32() async throws {
        let values = try await tensorThread.run {
            let trainer = try Self.trainer(Self.settings(2, .bfloat16), steps: 2)
            _ = try trainer.run()
            return try trainer.checkpoint().values("enc.0.0.0.weight")
        }
        #expect(values.contains { $0.bitPattern & 0xFFFF != 0 })
    }
}
