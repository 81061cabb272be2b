internal import Catalog
internal import Domain
internal import Jobs
internal import Rounds
internal import Workflows

extension LearningWorker {
    /// What the round's predictions of the part validation measured. Each volume is predicted once in a round.
    ///
    /// - Parameter weights: those of the round, also before its confidence is recorded.
    func validationMeasures(
        _ context: RoundContext, _ weights: RoundWeights? = nil
    ) async throws -> [(volume: VolumeID, measures: VolumeMeasures)] {
        try await measures(of: library.snapshot.volumes(in: .validation).map(\.id), context, weights)
    }

    /// Has the volumes predicted where they are not yet, and returns what was measured, by volume.
    func measures(
        of predicted: [VolumeID], _ context: RoundContext, _ weights: RoundWeights? = nil
    ) async throws -> [(volume: VolumeID, measures: VolumeMeasures)] {
        let jobs = await jobs(.predict, context)
        try await jobs.finish(predicted, isStopping: context.isStopping) { job, isStopping in
            guard let task = Self.task(job, context, weights, isStopping: isStopping) else { return nil }
            return try await volumes.measure(task).json()
        }
        let wanted = Set(predicted)
        let found = try await jobs.results().filter { wanted.contains($0.volume) }
        if let missing = wanted.subtracting(found.map(\.volume)).min() {
            throw RoundsError.unrecoverable(reason: "the job of volume \(missing) has no result")
        }
        return found
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
            volume: VolumeID(volume), round: context.round, weights: weights, attempt: job.attempt,
            isStopping: isStopping)
    }
}

extension Claim {
    init(_ claim: JobClaim) { self.init(job: JobID(claim.job), token: claim.token) }
}
