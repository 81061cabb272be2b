import Domain
import Learning
import Plans
import Tensors
import Testing
internal import System

@Suite struct TrainerTests {
    private static let rule = KnownVoxelRule(organCount: 1, exclusions: [])
    private static let cases = (0..<4).map { i in
        cubeCase(Int64(i + 1), lower: Vector3(3 + 3 * i, 12 - 3 * i, 1 + i), size: 5 + i % 3)
    }

    @Test func aResumedTrainingEndsBitForBitLikeAnUninterruptedOne() async throws {
        let recipe = smallRecipe { $0.steps = 8 }
        let settings = smallSettings {
            $0.checkpointSteps = 3
            $0.learningRateSchedule = .polynomial
        }
        let (whole, resumed, saved) = try await tensorThread.run {
            func trainer(_ start: TrainingStart) throws -> Trainer {
                let plan = settings.plan(organs: ["cube"])
                let sampler = try Sampler(Self.cases, plan: plan, settings: settings, rule: Self.rule)
                return try Trainer(plan, recipe: recipe, settings: settings, sampler: sampler, start: start)
            }
            let uninterrupted = try trainer(.fresh)
            _ = try uninterrupted.run()
            var saved: [Checkpoint] = []
            let stop = StopFlag()
            let first = try trainer(.fresh)
            let outcome = try first.run(
                stop: stop, checkpoint: { saved.append($0) }, event: { if $0.step == 5 { stop.raise() } })
            guard outcome == .stopped(step: 5), let last = saved.last else { throw MissingOracle(path: "\(outcome)") }
            let second = try trainer(.resume(try Checkpoint(bytes: last.bytes())))
            var steps: [Int] = []
            _ = try second.run(event: { steps.append($0.step) })
            return (
                try uninterrupted.checkpoint().bytes(), try second.checkpoint().bytes(),
                saved.map { $0.metadata["training.step"] } + steps.map { String($0) }
            )
        }
        #expect(whole == resumed)
        #expect(saved == ["3", "5", "6", "7", "8"])
    }

    @Test func anotherRoundsCheckpointIsNotResumed() async {
        await #expect(throws: LearningError.self) {
            try await tensorThread.run {
                let settings = smallSettings()
                let plan = settings.plan(organs: ["cube"])
                let sampler = try Sampler(Self.cases, plan: plan, settings: settings, rule: Self.rule)
                let first = try Trainer(plan, recipe: smallRecipe(), settings: settings, sampler: sampler)
                let checkpoint = try first.checkpoint()
                let later = smallRecipe { $0.round = 1 }
                _ = try Trainer(plan, recipe: later, settings: settings, sampler: sampler, start: .resume(checkpoint))
            }
        }
    }

    /// Trains on three cubes, judges on a fourth, then trains the confidence head on the first three.
    @Test func aSmallNetworkLearnsACubeAndItsConfidence() async throws {
        let recipe = smallRecipe { ($0.steps, $0.confidenceSteps) = (80, 30) }
        let settings = smallSettings { $0.predictionPatch = [24, 24] }
        let (dice, before, after, plain, learned) = try await tensorThread.run {
            let plan = settings.plan(organs: ["cube"])
            let sampler = try Sampler(Array(Self.cases[..<3]), plan: plan, settings: settings, rule: Self.rule)
            let trainer = try Trainer(plan, recipe: recipe, settings: settings, sampler: sampler)
            _ = try trainer.run()
            let copy = try UNet(try Checkpoint(bytes: try trainer.checkpoint().bytes()))
            func predict(_ head: ConfidenceHead?) throws -> Prediction {
                try Predictor(copy, head: head, confidence: .residual, settings: settings).predict(Self.cases[3])
            }
            let plain = try predict(nil)
            let confidence = try ConfidenceTrainer(copy, recipe: recipe, settings: settings, sampler: sampler)
            let untrained = try predict(confidence.head)
            try confidence.run()
            let head = try ConfidenceHead(try Checkpoint(bytes: try confidence.head.checkpoint().bytes()))
            let learned = try predict(head)
            return (
                Evaluator.overlaps(Self.cases[3], plain)[0]?.dice,
                plain.logits == untrained.logits && plain.logits == learned.logits,
                untrained.confidenceLogits != learned.confidenceLogits, plain.meanConfidence(organ: 0),
                untrained.meanConfidence(organ: 0)
            )
        }
        #expect((dice ?? 0) > 0.8)
        #expect(before && after)
        #expect(plain == learned)
    }
}
