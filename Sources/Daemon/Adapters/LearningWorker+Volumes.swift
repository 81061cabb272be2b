internal import Catalog
internal import Domain
internal import Jobs
internal import Rounds
internal import Workflows

extension LearningWorker {
    /// Has the volumes of a part predicted where they are not yet, each once in a round, and combines what was measured, by volume.
    ///
    /// - Parameter weights: those of the round, also before its confidence is recorded.
    func measure<Sum>(
        _ part: SplitPart, _ context: RoundContext, _ weights: RoundWeights? = nil, into empty: Sum,
        _ add: (inout Sum, VolumeID, VolumeMeasures) throws -> Void
    ) async throws -> Sum {
        let predicted = library.snapshot.volumes(in: part).map(\.id)
        let jobs = await jobs(.predict, context)
        try await jobs.finish(predicted, isStopping: context.isStopping) { job, isStopping in
            guard let task = Self.task(job, context, weights, isStopping: isStopping) else { return nil }
            return try await volumes.measure(task).json()
        }
        var missing = Set(predicted)
        let sum = try await jobs.combine(into: empty) { sum, volume, measures in
            if missing.remove(volume) != nil { try add(&sum, volume, measures) }
        }
        if let volume = missing.min() {
            throw RoundsError.unrecoverable(reason: "the job of volume \(volume) has no result")
        }
        return sum
    }

    func jobs(_ kind: JobKind, _ context: RoundContext) async -> VolumeJobs {
        let claim = await rounds.claim
        return VolumeJobs(
            queue: queue, claims: claims, leases: leases, run: JobClaim(job: claim.job.rawValue, token: claim.token),
            round: await rounds.roundID(context.round.number), kind: kind)
    }

    static func task(
        _ job: ClaimedJob, _ context: RoundContext, _ weights: RoundWeights? = nil,
        isStopping: @escaping @Sendable () -> Bool
    ) -> VolumeWorker.Task? {
        guard let volume = job.volume, let weights = weights ?? RoundWeights(context.round) else { return nil }
        return VolumeWorker.Task(
            volume: VolumeID(volume), round: context.round, weights: weights,
            isStopping: isStopping)
    }
}

extension Claim {
    init(_ claim: JobClaim) { self.init(job: JobID(claim.job), token: claim.token) }
}
