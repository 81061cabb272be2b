import Domain
import Learning
import Plans
internal import System
import Tensors
import Testing

@Suite struct TrainerTests {
    private static let rule = KnownVoxelRule(organCount: 1, exclusions: [])
    private static let cases = (0..<4).map { i in
        cubeCase(Int64(i + 1), lower: Vector3(3 + 3 * i, 12 - 3 * i, 1 + i), size: 5 + i % 3)
    }

    private static func trainer(
        _ start: TrainingStart = .fresh, recipe: RoundRecipe = smallRecipe(),
        settings: LearningSettings = smallSettings(),
        origin: TrainingOrigin = smallOrigin, organs: [String] = ["cube"]
    ) throws -> Trainer {
        let plan = settings.plan(organs: organs)
        let sampler = try Sampler(cases, plan: plan, settings: settings, rule: rule)
        return try Trainer(
            plan, recipe: recipe, settings: settings, origin: origin, sampler: sampler, start: start)
    }

    /// Stopped after every number of steps, by either optimiser, and once more in between: the bytes of all later checkpoints are
    /// those of a training that was not stopped.
    @Test(arguments: OptimiserChoice.allCases, 1...7)
    func aResumedTrainingEndsBitForBitLikeAnUninterruptedOne(optimiser: OptimiserChoice, stopsAfter: Int) async throws {
        let recipe = smallRecipe { $0.steps = 8 }
        let settings = smallSettings {
            $0.checkpointSteps = 3
            $0.learningRateSchedule = .polynomial
            $0.optimiser = optimiser
        }
        let (whole, stopped) = try await tensorThread.run {
            var (whole, stopped): ([String: [UInt8]], [String: [UInt8]]) = ([:], [:])
            func keep(_ checkpoint: Checkpoint, in all: inout [String: [UInt8]]) {
                all[checkpoint.metadata["training.step"] ?? ""] = checkpoint.bytes()
            }
            _ = try Self.trainer(recipe: recipe, settings: settings).run(checkpoint: { keep($0, in: &whole) })
            var start = TrainingStart.fresh
            for limit in [stopsAfter, stopsAfter + 1, 100] {
                let stop = StopFlag()
                var last: Checkpoint?
                _ = try Self.trainer(start, recipe: recipe, settings: settings).run(
                    stop: stop,
                    checkpoint: {
                        keep($0, in: &stopped)
                        last = $0
                    }, event: { if $0.step == limit { stop.raise() } })
                start = .resume(try Checkpoint(bytes: try #require(last).bytes()))
            }
            return (whole, stopped)
        }
        #expect(whole.keys.sorted() == ["3", "6", "8"])
        for (step, bytes) in whole { #expect(stopped[step] == bytes, "step \(step)") }
        #expect(stopped[String(stopsAfter)] != nil)
    }

    /// Evaluated after every second step, stopped after every number of steps or during the evaluation that follows, and ended by a
    /// plateau: the bytes of all checkpoints are those of a training that was not stopped.
    @Test(arguments: 1...6, [false, true])
    func aResumedTrainingIsValidatedLikeAnUninterruptedOne(stopsAfter: Int, duringEvaluation: Bool) async throws {
        let recipe = smallRecipe {
            $0.steps = 20
            $0.validation = ValidationRecipe(every: 2, plateau: .init(gain: 0.1, steps: 4))
        }
        let settings = smallSettings { ($0.checkpointSteps, $0.learningRateSchedule) = (3, .polynomial) }
        let dice: [Int: Double] = [2: 0.25, 4: 0.5, 6: 1.0 / 3, 8: 0.55]
        let (whole, stopped) = try await tensorThread.run {
            var (whole, stopped): ([String: [UInt8]], [String: [UInt8]]) = ([:], [:])
            func train(_ start: TrainingStart, until limit: Int, _ all: inout [String: [UInt8]]) throws -> (
                TrainingOutcome, Checkpoint?
            ) {
                let (trainer, stop) = (try Self.trainer(start, recipe: recipe, settings: settings), StopFlag())
                var last: Checkpoint?
                while true {
                    let outcome = try trainer.run(
                        stop: stop,
                        checkpoint: {
                            all[$0.metadata["training.step"] ?? ""] = $0.bytes()
                            last = $0
                        }, event: { if $0.step == limit, !duringEvaluation { stop.raise() } })
                    guard case .validationDue(let step) = outcome else { return (outcome, last) }
                    if step < limit { trainer.record(validationDice: dice[step]) } else { stop.raise() }
                }
            }
            let (ending, _) = try train(.fresh, until: 100, &whole)
            guard ending == .plateau(step: 8) else { throw MissingOracle(path: "\(ending)") }
            var start = TrainingStart.fresh
            for limit in [stopsAfter, stopsAfter + 1, 100] {
                let (outcome, last) = try train(start, until: limit, &stopped)
                start = .resume(try Checkpoint(bytes: try #require(last).bytes()))
                if limit == 100, outcome != .plateau(step: 8) { throw MissingOracle(path: "\(outcome)") }
            }
            return (whole, stopped)
        }
        #expect(whole.keys.sorted() == ["3", "6", "8"])
        for (step, bytes) in whole { #expect(stopped[step] == bytes, "step \(step)") }
        #expect(
            try Checkpoint(bytes: try #require(whole["8"])).metadata["training.validation"]
                == "2:0.25 4:0.5 6:0.3333333333333333")
    }

    @Test(arguments: ["", "2:0.5", "2:0.5 3:0.5", "2:0.5 4:1.5", "2:0.5 4:x", "2:0.5 4:0.5 6:0.5", "4:0.5 2:0.5"])
    func aCheckpointWithoutItsEvaluationsIsRefused(text: String) async throws {
        let recipe = smallRecipe { ($0.steps, $0.validation) = (9, ValidationRecipe(every: 2)) }
        let error = await #expect(throws: LearningError.self) {
            try await tensorThread.run {
                let trainer = try Self.trainer(recipe: recipe)
                while case .validationDue(let step) = try trainer.run(), step < 6 {
                    trainer.record(validationDice: nil)
                }
                var checkpoint = try trainer.checkpoint()
                checkpoint.metadata["training.validation"] = text
                _ = try Self.trainer(.resume(checkpoint), recipe: recipe)
            }
        }
        #expect(error == .unfittingCheckpoint(problem: "its evaluations are not those after every 2 steps"))
    }

    @Test func aCheckpointStatesWhatItBelongsTo() async throws {
        let metadata = try await tensorThread.run {
            let trainer = try Self.trainer(recipe: smallRecipe { $0.steps = 3 })
            _ = try trainer.run()
            return try trainer.checkpoint().metadata
        }
        let expected = [
            "configuration": "c0ffee", "revision": "7", "program": "tests", "round": "0", "seed": "1", "step": "3",
            "steps": "3", "optimiser": "adam", "precision": "float32", "threads": "1", "libtorch": Torch.version,
        ]
        for (key, value) in expected { #expect(metadata["training.\(key)"] == value, "\(key)") }
        #expect(metadata["training.processor"]?.isEmpty == false)
    }

    /// What differs between a checkpoint and the training that is to resume from it.
    enum Foreign: String, CaseIterable, Sendable {
        case configuration, round, seed, steps, revision, optimiser, network
    }

    @Test(arguments: Foreign.allCases)
    func aForeignCheckpointIsRefusedByName(foreign: Foreign) async {
        var (recipe, origin, settings) = (smallRecipe(), smallOrigin, smallSettings())
        switch foreign {
        case .configuration: origin.configuration = "beef"
        case .round: recipe.round = 1
        case .seed: recipe.seed = 2
        case .steps: recipe.steps = 9
        case .revision: origin.revision = 8
        case .optimiser: settings.optimiser = .sgd
        case .network: settings.widths = [8, 24]
        }
        let other = (recipe: recipe, settings: settings, origin: origin)
        let error = await #expect(throws: LearningError.self) {
            try await tensorThread.run {
                let checkpoint = try Self.trainer().checkpoint()
                _ = try Self.trainer(
                    .resume(checkpoint), recipe: other.recipe, settings: other.settings, origin: other.origin)
            }
        }
        guard case .unfittingCheckpoint(let problem) = error else { return }
        #expect(problem.contains(foreign.rawValue), "\(problem)")
    }

    @Test func aRoundStartsFromTheRoundBeforeAlone() async throws {
        let (next, skipped) = try await tensorThread.run {
            let checkpoint = try Self.trainer().checkpoint()
            func start(_ round: Int) throws -> Bool {
                _ = try Self.trainer(.weights(checkpoint), recipe: smallRecipe { $0.round = round })
                return true
            }
            return (try start(1), Result { try start(2) })
        }
        #expect(next)
        #expect(throws: LearningError.unfittingCheckpoint(problem: "its round is 0 instead of 1")) {
            try skipped.get()
        }
    }

    /// Trains on three cubes, judges on a fourth, then trains the confidence head on the first three.
    @Test func aSmallNetworkLearnsACubeAndItsConfidence() async throws {
        let recipe = smallRecipe { ($0.steps, $0.confidenceSteps) = (80, 30) }
        let settings = smallSettings { $0.predictionPatch = [24, 24] }
        let (dice, before, after, plain, learned) = try await tensorThread.run {
            let plan = settings.plan(organs: ["cube"])
            let sampler = try Sampler(Array(Self.cases[..<3]), plan: plan, settings: settings, rule: Self.rule)
            let trainer = try Trainer(
                plan, recipe: recipe, settings: settings, origin: smallOrigin, sampler: sampler)
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
                Self.cases[3].overlaps(plain)[0]?.dice,
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
