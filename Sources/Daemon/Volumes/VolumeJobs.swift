internal import Catalog
internal import Domain
internal import Jobs
internal import Rounds

/// Has the volumes of a round predicted or relabelled, by this daemon and every other that takes such jobs.
struct VolumeJobs: Sendable {
    let queue: JobQueue
    let claims: HeldClaims
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
                _ = try await queue.expireLeases()
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

    private func attempt(_ job: ClaimedJob, _ perform: (ClaimedJob) async throws -> String?) async throws {
        try await JobAttempt(queue: queue, claims: claims, job: job).run(rethrowing: true) { try await perform(job) }
    }

    private func requireNoneDead(_ counts: VolumeCounts) async throws {
        guard counts.dead > 0 else { return }
        let volume = try await queue.stoppedVolume(kind, ofRound: round.rawValue)
        let verb = kind == .predict ? "predicted" : "relabelled"
        throw RoundsError.unrecoverable(
            reason: "volume \(volume ?? 0) cannot be \(verb); lacuna job list shows its job with the reason")
    }
}
