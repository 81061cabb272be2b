internal import Catalog
internal import Domain
internal import Jobs
internal import Learning
internal import Plans
internal import Rounds
internal import Workflows

extension LearningWorker: RoundRelabeller {
    func relabel(_ context: RoundContext, observer: any RoundObserver) async throws -> Bool {
        guard let relabelling = context.round.relabelling else {
            preconditionFailure("a round relabels by its stored relabelling")
        }
        let (number, organs) = (context.round.number, relabelling.organs.map { OrganKey($0) })
        let open = library.snapshot.volumes(lacking: organs).map(\.id)
        do {
            let pooled = context.plan.rankingPool == .round ? try await pooledScores(context) : nil
            try await jobs(.relabel, context).finish(
                open, progress: { observer.observe(.staged(round: number, volume: $0, done: $1, total: $2)) },
                isStopping: context.isStopping
            ) { job, isStopping in
                guard let task = Self.task(job, context, isStopping: isStopping), let round = job.round else {
                    return nil
                }
                _ = try await volumes.relabel(
                    task, round: RoundID(round), under: Claim(job.claim), pooled: pooled)
                return nil
            }
            return true
        } catch is CancellationError {
            return false
        }
    }

    /// Scores of all training volumes by organ.
    private func pooledScores(_ context: RoundContext) async throws -> [ScoreHistogram?] {
        let measures = try await measures(of: library.snapshot.volumes(in: .train).map(\.id), context)
        return PooledScores.sum(of: measures.map(\.measures), organs: library.organs)
    }
}

/// The scores of the voxels that can be accepted, over all volumes of a round.
enum PooledScores {
    /// By organ; nil for an organ that is relabelled nowhere.
    static func sum(of measures: [VolumeMeasures], organs: [OrganKey]) -> [ScoreHistogram?] {
        organs.map { organ in
            let own = measures.compactMap { $0.candidates?[organ.rawValue] }
            guard !own.isEmpty else { return nil }
            return own.reduce(into: ScoreHistogram()) { $0.add($1) }
        }
    }
}
