internal import Plans
internal import Catalog
internal import Domain
internal import Learning
internal import Objects
internal import Rounds
internal import System
internal import Tensors
internal import Workflows

extension LearningWorker: RoundRelabeller {
    func pending(_ context: RoundContext) async throws -> [VolumeID] {
        let staged = try await catalog.stagedVolumes(of: rounds.roundID(context.round.number))
        let organs = organsToRelabel(context)
        return library.snapshot.volumes(in: .train).map(\.id).filter { volume in
            !staged.contains(volume) && organs.contains { !library.snapshot.knows($0, in: volume) }
        }
    }

    func relabel(_ volume: VolumeID, _ context: RoundContext) async throws -> Int {
        guard let found = library.snapshot.volumes[volume], let relabelling = context.round.relabelling else {
            preconditionFailure("a round relabels volumes of its run, by its stored relabelling")
        }
        let relabeller = Relabeller(rule: rule, recipe: context.plan.recipe(of: relabelling))
        let item = try await library.makeCase(found)
        let prediction = try await predict(item, context.round)
        let pool = context.plan.rankingPool == .round ? try await pooledScores(relabeller, context) : nil
        let (wanted, organs) = (Set(organsToRelabel(context)), library.organs)
        let labels = try await thread.run {
            relabeller.relabel(item, prediction, pooled: pool).filter { wanted.contains(organs[$0.organ]) }
        }
        try await stage(labels, found, context)
        return labels.count
    }

    private func organsToRelabel(_ context: RoundContext) -> [OrganKey] {
        (context.round.relabelling?.organs ?? []).map { OrganKey($0) }
    }

    /// Scores of all volumes that the round relabels, staged ones included, so that a restart ranks the same.
    private func pooledScores(_ relabeller: Relabeller, _ context: RoundContext) async throws -> [ScoreHistogram?] {
        if let pooled, pooled.round == context.round.number { return pooled.histograms }
        var sum: [Int: ScoreHistogram] = [:]
        for volume in library.snapshot.volumes(in: .train) {
            try context.checkStop()
            let item = try await library.makeCase(volume)
            let prediction = try await predict(item, context.round)
            let scores = try await thread.run { relabeller.histograms(item, prediction) }
            for (organ, score) in scores.enumerated() {
                guard let score else { continue }
                sum[organ, default: ScoreHistogram()].add(score)
            }
        }
        let histograms = plan.organs.indices.map { sum[$0] }
        pooled = (context.round.number, histograms)
        return histograms
    }

    /// Stores the masks of a volume as one object and stages them.
    private func stage(_ labels: [PseudoLabel], _ volume: RunVolume, _ context: RoundContext) async throws {
        let round = await rounds.roundID(context.round.number)
        guard let checkpoint = try await catalog.checkpoint(of: round, kind: .network) else {
            throw RoundsError.unrecoverable(reason: "the checkpoint of round \(context.round.number) is not recorded")
        }
        let (grid, organs) = (library.grid(of: volume), library.organs)
        try await rounds.fenced {
            try await catalog.stage(rounds.claim, round: round, checkpoint: checkpoint.id, volume: volume.id) {
                guard !labels.isEmpty else { return [] }
                let pack = await work.run { PseudoLabelPack(labels, of: volume.id, organs: organs, on: grid) }
                return pack.masks(in: try await store.put(pack.bytes))
            }
        }
    }
}
