import Batches
import Domain
import Glibc
import Learning
import Plans
import System
import Tensors

/// What each process of a group does in a test: a small training, with one deviation.
enum GroupTask: String, CaseIterable, Sendable {
    /// By stochastic gradient descent, with a Dice term and composite labels.
    case train
    /// With Adam, deep supervision, two batches a step, clipping and averaged weights; each organ has its own divisor.
    case everything
    /// Process 1, or 0, kills itself after two steps.
    case lastDies, leaderDies
    /// Process 1 has more steps, or other weights.
    case otherSteps, otherWeights
    /// Process 1 is asked to stop after three steps, and 2 of 6 are evaluated.
    case stop
    /// Process 1 gets no volumes any more after two steps, as where it is asked to stop while it waits for one.
    case noVolumes
    /// No training: the loss of a batch of which each process has a row, by the kernels in C and on tensors.
    case losses

    /// The batch of one process alone.
    static let wholeBatch = 4

    func settings(processes: Int) -> LearningSettings {
        smallSettings {
            ($0.batch, $0.logSteps, $0.checkpointSteps) = (Self.wholeBatch / processes, 1, 4)
            ($0.optimiser, $0.learningRate) = (.sgd, 1e-2)
            guard self == .everything else { return }
            ($0.optimiser, $0.normalisation, $0.device) = (.adam, .perOrgan, .cpu)
            ($0.widths, $0.patch, $0.deepSupervision) = ([4, 6, 8, 10], [24, 24], true)
            ($0.accumulation, $0.maximumGradientNorm, $0.averageWeights) = (2, 0.5, 0.9)
        }
    }

    func recipe(rank: Int) -> RoundRecipe {
        smallRecipe {
            $0.steps = self == .otherSteps ? 6 + rank : self == .noVolumes ? 1000 : 6
            $0.seed = self == .otherWeights ? UInt64(1 + rank) : 1
            $0.learningRate = self == .everything ? 1e-3 : 1e-2
            if self == .stop { $0.validation = ValidationRecipe(every: 2) }
        }
    }

    /// Three volumes: of one the first organ is known, of one the second, of one that one of both is somewhere, so that the share of a process
    /// often lacks an organ.
    private static let cases = (0..<3).map { i in
        var item = cubeCase(Int64(i + 1), lower: Vector3(3 + 4 * i, 12 - 3 * i, 1 + i), size: 6)
        guard case .known(let cube, _, _) = item.labels[0], let cube else { return item }
        let known = OrganLabel.known(foreground: cube)
        item.labels = i == 0 ? [known, .unknown] : i == 1 ? [.unknown, known] : [.unknown, .unknown]
        if i == 2 { item.composites = [CompositeLabel(parts: [0, 1], foreground: cube)] }
        return item
    }

    /// The cases, and the shelf from which they are taken.
    private static func data(_ rule: KnownVoxelRule) throws -> (TrainingData, VolumeShelf) {
        let sets = [[0, 1]]
        let volumes = try cases.map { item in
            TrainingVolume(
                item.volume, image: item.image, spacing: item.spacing, normalisation: item.normalisation,
                labels: try TrainingLabels(item, rule: rule, compositeSets: sets), missingAsBackground: false)
        }
        let shelf = VolumeShelf(count: volumes.count)
        for (index, volume) in volumes.enumerated() { shelf.put(volume, at: index) }
        let outlines = TrainingData(volumes, compositeSets: sets).outlines
        return (TrainingData(outlines, compositeSets: sets, source: shelf), shelf)
    }

    /// Trains, and tells what happened in lines: losses, the sum of the weights, what was stored, the end or the error.
    func perform(in group: ProcessGroup?) -> [String] {
        if self == .losses { return (try? Self.losses(in: group)) ?? ["error"] }
        var lines: [String] = []
        do {
            let (rank, settings) = (group?.rank ?? 0, settings(processes: group?.size ?? 1))
            let plan = settings.plan(organs: ["a", "b"])
            let rule = KnownVoxelRule(organCount: 2, exclusions: [])
            let (data, shelf) = try Self.data(rule)
            let sampler = try Sampler(data, organs: 2, settings: settings, rank: rank, ranks: group?.size ?? 1)
            let trainer = try Trainer(
                plan, recipe: recipe(rank: rank), settings: settings, origin: smallOrigin, sampler: sampler,
                group: group)
            let stop = StopFlag()
            while true {
                let outcome = try trainer.run(
                    stop: stop, checkpoint: { lines.append("stored \($0.metadata["training.step"] ?? "")") },
                    event: { event in
                        lines.append("loss \(event.loss?.value ?? .nan)")
                        deviate(after: event.step, rank, stop)
                        if self == .noVolumes, rank == 1, event.step == 2 { shelf.fail(CancellationError()) }
                    })
                guard case .validationDue = outcome else {
                    lines.append("\(outcome)")
                    break
                }
                // Only the Dice of process 0 counts.
                try trainer.record(validationDice: rank == 0 ? 0.5 : nil)
            }
            let weights = try trainer.predictingNetwork.parameters.export().flatMap(\.values)
            lines.append("weights \(weights.reduce(into: UInt64(7)) { $0 = $0 &* 31 &+ UInt64($1.bitPattern) })")
            lines.append("validations \(trainer.validations.points.map { $0.dice ?? -1 })")
        } catch {
            lines.append("error \(error)")
        }
        return lines
    }

    /// Lines of the values, and of the derivative by the logits of each row. A process alone has both rows.
    private static func losses(in group: ProcessGroup?) throws -> [String] {
        let rows = group.map { [$0.rank] } ?? [0, 1]
        let (organs, voxels) = (3, 50)
        var (states, composite, logits): ([UInt8], [UInt8], [Float]) = ([], [], [])
        for row in rows {
            var random = CounterRandom(5, UInt64(row))
            // The last organ is unknown in the second row.
            let own = (0..<organs * voxels).map { i -> UInt8 in
                row == 1 && i / voxels == 2 ? 0 : [0, 1, 2, 5, 6][random.index(below: 5)]
            }
            states += own
            composite += (0..<voxels).map { own[$0] == 0 && own[voxels + $0] == 0 ? 1 : 0 }
            logits += own.map { _ in Float(random.unit() * 8 - 4) }
        }
        let batch = try Batch(
            image: try Tensor.zeros([rows.count, 1, 1, voxels]), states: states, organs: organs, composite: composite,
            compositeSets: [[0, 1]], pseudoWeight: 0.5)
        var lines: [String] = []
        for normalisation in LossNormalisation.allCases {
            let loss = KnownVoxelLoss(normalisation: normalisation, diceWeight: 0.5, positiveWeights: [1, 2, 3])
            for onTensors in [false, true] {
                let scores = try Tensor(logits, shape: [rows.count, organs, 1, voxels])
                try scores.requireGradient()
                let targets = LossTargets(batch)
                let value =
                    onTensors
                    ? try loss.onTensors(scores, targets, of: group) : try loss(scores, targets, of: group)
                try value.backward()
                lines.append("value \(try value.value())")
                let gradient = try scores.gradient()?.floats() ?? []
                for (i, row) in rows.enumerated() {
                    let own = gradient[i * organs * voxels..<(i + 1) * organs * voxels]
                    lines.append("row\(row) \(own.map { "\($0)" }.joined(separator: ","))")
                }
            }
        }
        return lines
    }

    private func deviate(after step: Int, _ rank: Int, _ stop: StopFlag) {
        if step == 2, self == .lastDies && rank == 1 || self == .leaderDies && rank == 0 { kill(getpid(), SIGKILL) }
        if step == 3, self == .stop, rank == 1 { stop.raise() }
    }
}

extension [String] {
    /// The rest of each line that begins with a word.
    func values(of word: String) -> [String] {
        filter { $0.hasPrefix(word + " ") }.map { String($0.dropFirst(word.count + 1)) }
    }
}
