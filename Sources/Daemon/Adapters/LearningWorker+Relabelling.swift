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
        let (number, organs) = (
            context.round.number, (relabelling.organs + relabelling.withheld.keys).map { OrganKey($0) }
        )
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
        try await measure(.train, context, into: PooledScores()) { $0.add($2) }.histograms(of: library.organs)
    }
}
