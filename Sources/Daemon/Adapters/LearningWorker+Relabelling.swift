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
            let jobs = await jobs(.relabel, context)
            try await jobs.finish(
                open, progress: { observer.observe(.staged(round: number, volume: $0, done: $1, total: $2)) },
                isStopping: context.isStopping
            ) { job, isStopping in
                guard let task = Self.task(job, context, isStopping: isStopping), let round = job.round else {
                    return nil
                }
                return try await volumes.relabel(
                    task, round: RoundID(round), under: Claim(job.claim), pooled: pooled
                ).json()
            }
            try await recordChanges(jobs, context)
            return true
        } catch is CancellationError {
            return false
        }
    }

    /// Records by how much the masks of each organ changed since the round before, as the mean over the volumes.
    private func recordChanges(_ jobs: VolumeJobs, _ context: RoundContext) async throws {
        let changes = try await jobs.combine(into: [String: [Double]]()) { sum, _, measures in
            for (organ, change) in measures.changes ?? [:] { sum[organ, default: []].append(change) }
        }
        guard !changes.isEmpty else { return }
        let limit = context.plan.maximumChange
        let records = changes.sorted { $0.key < $1.key }.map { organ, values in
            let mean = values.reduce(0, +) / Double(values.count)
            return GuardRecord(
                organ: OrganKey(organ), guard: "change", value: mean, limit: limit < 1 ? limit : nil,
                outcome: mean > limit ? .failed : .passed)
        }
        try await rounds.fenced {
            try await catalog.recordGuards(rounds.claim, round: rounds.roundID(context.round.number), records)
        }
    }

    /// Scores of all training volumes by organ.
    private func pooledScores(_ context: RoundContext) async throws -> [ScoreHistogram?] {
        try await measure(.train, context, into: PooledScores()) { $0.add($2) }.histograms(of: library.organs)
    }
}
