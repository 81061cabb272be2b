internal import Catalog
internal import Domain
internal import Jobs
internal import Rounds
internal import System

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

    /// Does one claimed job and returns its result. It heeds its argument within the volume: whether the work, or this job alone, is to
    /// stop.
    typealias Work = (ClaimedJob, _ isStopping: @escaping @Sendable () -> Bool) async throws -> String?

    /// Called after a volume is done, here or elsewhere, with the number of those that are.
    typealias Progress = @Sendable (_ volume: VolumeID?, _ done: Int, _ total: Int) -> Void

    /// Returns once the jobs of all volumes are done.
    ///
    /// - Parameters:
    ///   - perform: its job is completed here. A job that was cancelled, or lost to another daemon, is stopped.
    ///   - isStopping: ends the work within the current volume.
    /// - Throws: `CancellationError` where it is stopped, `RoundsError.unrecoverable` where a job is dead or was cancelled, and the
    ///   errors of `perform` other than those of memory, which are tried again.
    func finish(
        _ volumes: [VolumeID], progress: Progress = { _, _, _ in }, isStopping: @escaping @Sendable () -> Bool,
        perform: Work
    ) async throws {
        _ = try await queue.enqueue(kind, volumes: volumes.map(\.rawValue), ofRound: round.rawValue, under: run)
        var last = 0
        while true {
            if isStopping() { throw CancellationError() }
            let own = try await queue.claim(kind, ofRound: round.rawValue).first
            if let own { try await attempt(own, isStopping, perform) }
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

    /// Combines what the done jobs measured, by volume, one batch at a time.
    func combine<Sum>(into empty: Sum, _ add: (inout Sum, VolumeID, VolumeMeasures) throws -> Void) async throws -> Sum
    {
        try await queue.combineResults(kind, ofRound: round.rawValue, into: empty) {
            try add(&$0, VolumeID($1.volume), try VolumeMeasures(json: $1.result))
        }
    }

    private func attempt(
        _ job: ClaimedJob, _ isStopping: @escaping @Sendable () -> Bool, _ perform: Work
    ) async throws {
        let attempt = JobAttempt(queue: queue, claims: claims, job: job)
        let lost = attempt.lost
        try await attempt.run(rethrowing: true) { try await perform(job) { isStopping() || lost.isRaised } }
    }

    private func requireNoneDead(_ counts: VolumeCounts) async throws {
        guard counts.dead > 0 else { return }
        let volume = try await queue.stoppedVolume(kind, ofRound: round.rawValue)
        let verb = kind == .predict ? "predicted" : "relabelled"
        throw RoundsError.unrecoverable(
            reason: "volume \(volume ?? 0) cannot be \(verb); lacuna job list shows its job with the reason")
    }
}
