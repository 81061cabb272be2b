internal import Catalog
internal import Domain
internal import Jobs
internal import Rounds

/// Has the volumes of a round predicted or relabelled, by this daemon and every other that takes such jobs.
struct VolumeJobs: Sendable {
    let queue: JobQueue
    let claims: HeldClaims
    /// Those of other daemons that took volumes of the round.
    let leases: ExpiredLeases
    /// The claim on the run.
    let run: JobClaim
    let round: RoundID
    let kind: JobKind

    /// Called after a volume is done, here or elsewhere, with the number of those that are.
    typealias Progress = @Sendable (_ volume: VolumeID?, _ done: Int, _ total: Int) -> Void

    /// Returns once the jobs of all volumes are done.
    ///
    /// - Parameters:
    ///   - perform: does one claimed job and returns its result. The job is completed here.
    ///   - isStopping: ends the work after the current volume, or within it where `perform` heeds it.
    /// - Throws: `CancellationError` where it is stopped, `RoundsError.unrecoverable` where a job is dead or was cancelled, and the
    ///   errors of `perform` other than those of memory, which are tried again.
    func finish(
        _ volumes: [VolumeID], progress: Progress = { _, _, _ in }, isStopping: () -> Bool,
        perform: (ClaimedJob) async throws -> String?
    ) async throws {
        _ = try await queue.enqueue(kind, volumes: volumes.map(\.rawValue), ofRound: round.rawValue, under: run)
        var last = 0
        while true {
            if isStopping() { throw CancellationError() }
            let own = try await queue.claim(kind, ofRound: round.rawValue).first
            if let own { try await attempt(own, perform) }
            let counts = try await queue.volumeCounts(kind, ofRound: round.rawValue)
            try await requireNoneDead(counts)
            if counts.done > last {
                last = counts.done
                progress(own?.volume.map { VolumeID($0) }, counts.done, counts.total)
            }
            if counts.open == 0 { return }
            if own == nil {
                try await leases.collect()
                try await Task.sleep(for: .milliseconds(200))
            }
        }
    }

    /// What the done jobs measured, by volume.
    func results() async throws -> [(volume: VolumeID, measures: VolumeMeasures)] {
        try await queue.volumeJobs(kind, ofRound: round.rawValue).compactMap { job in
            guard job.state == .done, let result = job.result else { return nil }
            return (VolumeID(job.volume), try VolumeMeasures(json: result))
        }
    }

    private func attempt(_ job: ClaimedJob, _ perform: (ClaimedJob) async throws -> String?) async throws {
        try await JobAttempt(queue: queue, claims: claims, job: job).run(rethrowing: true) { try await perform(job) }
    }

    private func requireNoneDead(_ counts: VolumeCounts) async throws {
        guard counts.dead > 0 else { return }
        let job = try await queue.volumeJobs(kind, ofRound: round.rawValue)
            .first { $0.state == .dead || $0.state == .cancelled }
        let verb = kind == .predict ? "predicted" : "relabelled"
        throw RoundsError.unrecoverable(
            reason: "volume \(job?.volume ?? 0) cannot be \(verb); lacuna job list shows its job with the reason")
    }
}
