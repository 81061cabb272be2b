import Batches
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
        let sampler = try Sampler(cases, settings: settings, rule: rule)
        return try Trainer(
            plan, recipe: recipe, settings: settings, origin: origin, sampler: sampler, start: start)
    }

    /// Stopped after every number of steps, by either optimiser, and once more in between: the bytes of all later checkpoints are
    /// those of a training that was not stopped.
    @Test(arguments: [(OptimiserChoice.adam, 0.0), (.sgd, 0), (.adam, 0.9), (.sgd, 0.4)], 1...7)
    func aResumedTrainingEndsBitForBitLikeAnUninterruptedOne(
        way: (optimiser: OptimiserChoice, average: Double), stopsAfter: Int
    ) async throws {
        let recipe = smallRecipe { $0.steps = 8 }
        let settings = smallSettings {
            $0.checkpointSteps = 3
            ($0.learningRateSchedule, $0.warmUpSteps) = (.cosine, 2)
            ($0.accumulation, $0.maximumGradientNorm) = (2, 0.5)
            ($0.optimiser, $0.averageWeights) = (way.optimiser, way.average)
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
                    if step < limit { try trainer.record(validationDice: dice[step]) } else { stop.raise() }
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

    /// The losses that a training reports, by step.
    private static func losses(_ settings: LearningSettings, steps: Int) async throws -> [Int: MeanLoss] {
        try await tensorThread.run {
            var losses: [Int: MeanLoss] = [:]
            _ = try Self.trainer(recipe: smallRecipe { $0.steps = steps }, settings: settings).run(
                event: { losses[$0.step] = $0.loss })
            return losses
        }
    }

    /// The loss is read every third step, with a checkpoint after five and at the end: each time the mean of the steps since.
    @Test func theLossIsReadNowAndThen() async throws {
        let each = try await Self.losses(smallSettings { ($0.logSteps, $0.accumulation) = (1, 2) }, steps: 8)
        let some = try await Self.losses(
            smallSettings { ($0.logSteps, $0.checkpointSteps, $0.accumulation) = (3, 5, 2) }, steps: 8)
        #expect(each.keys.sorted() == Array(1...8) && each.values.allSatisfy { $0.steps == 1 })
        #expect(some.mapValues(\.steps) == [3: 3, 5: 2, 6: 1, 8: 2])
        for (step, mean) in some {
            let single = (step - mean.steps + 1...step).compactMap { each[$0]?.value }
            #expect(abs(single.reduce(0, +) / Double(mean.steps) - mean.value) < 1e-9)
        }
    }

    /// Diverges in the second step. Nothing of it is stored, whatever is read first: the loss on time, or the state for a checkpoint.
    @Test(arguments: [1, 2, 4, 100], [0.0, 1])
    func aDivergedTrainingIsNotStored(checkpointSteps: Int, limit: Double) async throws {
        let settings = smallSettings {
            ($0.logSteps, $0.checkpointSteps, $0.maximumGradientNorm) = (50, checkpointSteps, limit)
        }
        let recipe = smallRecipe { ($0.steps, $0.learningRate) = (6, 1e30) }
        let (stored, result) = try await tensorThread.run {
            var stored: [Checkpoint] = []
            let trainer = try Self.trainer(recipe: recipe, settings: settings)
            let result = Result { try trainer.run(checkpoint: { stored.append($0) }) }
            return (stored, result)
        }
        #expect(stored.map { $0.metadata["training.step"] } == (checkpointSteps == 1 ? ["1"] : []))
        #expect(stored.allSatisfy { $0.tensors.allSatisfy(\.isFinite) })
        let noticed = checkpointSteps == 100 ? 6 : max(2, checkpointSteps)
        let first = checkpointSteps == 1 ? 2 : 1
        #expect(throws: LearningError.diverged(steps: first...noticed)) { try result.get() }
    }

    /// An evaluation and a stop read the loss as well, and a weight that is not finite is seen after a loss that was.
    @Test func noStateOfADivergedTrainingIsHandedOut() async throws {
        let errors = try await tensorThread.run {
            let recipe = smallRecipe {
                ($0.steps, $0.learningRate, $0.validation) = (9, 1e30, ValidationRecipe(every: 3))
            }
            let validated = Result { try Self.trainer(recipe: recipe).run() }
            let stop = StopFlag()
            let stopped = Result {
                try Self.trainer(recipe: smallRecipe { ($0.steps, $0.learningRate) = (9, 1e30) })
                    .run(stop: stop, event: { if $0.step == 4 { stop.raise() } })
            }
            let broken = try Self.trainer()
            try broken.network.parameters["head.bias"]?.copy(from: try Tensor([.infinity], shape: [1]))
            return [validated.failure, stopped.failure, Result { try broken.checkpoint() }.failure]
        }
        #expect(errors == [.diverged(steps: 1...3), .diverged(steps: 1...4), .diverged(steps: 0...0)])
    }

    /// How often the loss is read changes no bit of what is stored.
    @Test func readingTheLossChangesNothing() async throws {
        let bytes = try await tensorThread.run {
            try [1, 100].map { logSteps in
                let trainer = try Self.trainer(
                    recipe: smallRecipe { $0.steps = 4 }, settings: smallSettings { $0.logSteps = logSteps })
                _ = try trainer.run()
                return try trainer.checkpoint().bytes()
            }
        }
        #expect(bytes[0] == bytes[1])
    }

    /// The change of all parameters in one step from the same weights, by gradient descent.
    private static func change(
        steps: Int = 1, _ change: @escaping @Sendable (inout LearningSettings) -> Void
    ) async throws -> [Double] {
        let settings = smallSettings {
            ($0.optimiser, $0.checkpointSteps) = (.sgd, 1)
            change(&$0)
        }
        return try await tensorThread.run {
            let trainer = try Self.trainer(
                recipe: smallRecipe { ($0.steps, $0.learningRate) = (100, 1e-3) }, settings: settings)
            let (before, stop) = (try trainer.checkpoint().weights, StopFlag())
            _ = try trainer.run(stop: stop, event: { if $0.step == steps { stop.raise() } })
            return zip(before, try trainer.checkpoint().weights).map { Double($1) - Double($0) }
        }
    }

    private static func norm(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }

    @Test func gradientsAreScaledDownToALargestNorm() async throws {
        let whole = try await Self.change { _ in }
        let norm = Self.norm(whole) / 1e-3
        let halved = try await Self.change { $0.maximumGradientNorm = norm / 2 }
        #expect(norm > 0.01 && Self.norm(zip(whole, halved).map { $0 / 2 - $1 }) < 1e-3 * Self.norm(whole))
        #expect(
            try await Self.change { $0.maximumGradientNorm = norm * 2 } == whole, "smaller gradients stay as they are")
    }

    /// The second of two steps, without the momentum of the first, has the gradient of the second batch, at almost the same weights.
    @Test func aStepTakesTheMeanGradientOfItsBatches() async throws {
        let (one, two) = (try await Self.change { _ in }, try await Self.change(steps: 2) { _ in })
        let second = zip(one, two).map { $1 - 1.9 * $0 }
        let both = try await Self.change { $0.accumulation = 2 }
        let difference = zip(zip(one, second), both).map { ($0.0 + $0.1) / 2 - $1 }
        #expect(Self.norm(difference) < 0.05 * Self.norm(both), "\(Self.norm(difference)) of \(Self.norm(both))")
        #expect(Self.norm(zip(one, both).map { $0 - $1 }) > 0.1 * Self.norm(both), "the batches differ")
    }

    @Test(arguments: LearningRateSchedule.allCases)
    func theLearningRateFollowsItsCourse(schedule: LearningRateSchedule) async throws {
        let constant = try await Self.change { _ in }
        let first = try await Self.change { ($0.learningRateSchedule, $0.warmUpSteps) = (schedule, 4) }
        #expect(Self.norm(zip(constant, first).map { $0 / 4 - $1 }) < 1e-3 * Self.norm(constant), "the first of four")
        let course = LearningRateCourse(smallSettings { $0.learningRateSchedule = schedule }, steps: 100)
        let expected: [LearningRateSchedule: [Double]] = [
            .constant: [1, 1, 1], .polynomial: [1, 0.535886731268146, 0.0158489319246111],
            .cosine: [1, 0.5, 0.000246719817134],
        ]
        for (step, share) in zip([0, 50, 99], try #require(expected[schedule])) {
            #expect(abs(course.share(after: step) - share) < 1e-12)
        }
    }

    @Test(arguments: ["", "2:0.5", "2:0.5 3:0.5", "2:0.5 4:1.5", "2:0.5 4:x", "2:0.5 4:0.5 6:0.5", "4:0.5 2:0.5"])
    func aCheckpointWithoutItsEvaluationsIsRefused(text: String) async throws {
        let recipe = smallRecipe { ($0.steps, $0.validation) = (9, ValidationRecipe(every: 2)) }
        let error = await #expect(throws: LearningError.self) {
            try await tensorThread.run {
                let trainer = try Self.trainer(recipe: recipe)
                while case .validationDue(let step) = try trainer.run(), step < 6 {
                    try trainer.record(validationDice: nil)
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
        case configuration, round, seed, steps, revision, optimiser, network, averageWeights
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
        case .averageWeights: settings.averageWeights = 0.5
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
            let sampler = try Sampler(Array(Self.cases[..<3]), settings: settings, rule: Self.rule)
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

extension Checkpoint {
    /// All values of the network's parameters.
    fileprivate var weights: [Float] {
        tensors.filter { !$0.path.hasPrefix("optimiser.") }.sorted { $0.path < $1.path }.flatMap(\.values)
    }
}

extension Result {
    /// The error of learning, where it is one.
    fileprivate var failure: LearningError? {
        if case .failure(let error) = self { return error as? LearningError }
        return nil
    }
}
