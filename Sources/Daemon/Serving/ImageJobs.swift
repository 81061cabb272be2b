internal import Catalog
internal import Console
internal import Domain
internal import Jobs
internal import Logging
internal import Monitoring
internal import System
internal import Workflows

/// Fingerprints and verifies volumes, for no round. A job whose volume was withdrawn meanwhile is done: nothing of it may be read.
struct ImageJobs: Sendable {
    let trainer: TrainerSession
    let queue: JobQueue
    let claims: HeldClaims
    let stop: StopFlag
    let observation: Observation

    /// - Throws: the errors of the connection.
    func perform(_ job: ClaimedJob) async throws {
        do {
            let attempt = JobAttempt(queue: queue, claims: claims, job: job)
            let ending = try await attempt.run(rethrowing: false) {
                let claim = Claim(job.claim)
                if job.kind == .fingerprint {
                    try await fingerprint(claim)
                } else {
                    try await verify(claim) {
                        if stop.isRaised || attempt.lost.isRaised { throw CancellationError() }
                    }
                }
                return nil
            }
            observation.report(job, ending)
        } catch is CancellationError {}
    }

    private func fingerprint(_ claim: Claim) async throws {
        guard let image = try await trainer.catalog.images(of: claim).first else { return }
        let description = ImageDescription(converted: trainer.session.converted)
        let record = try await description.describe(
            image.file.path, sha256: image.file.sha256, modality: image.modality, identity: image.identity)
        try await trainer.catalog.record(record, under: claim)
    }

    private func verify(_ claim: Claim, checkStop: () throws -> Void) async throws {
        let check = VolumeCheck(store: trainer.objects)
        let findings = try await check.findings(
            files: try await trainer.catalog.images(of: claim).map(\.file),
            objects: try await trainer.catalog.objects(of: claim), checkStop: checkStop)
        guard findings.isEmpty else { throw DaemonError.damaged(findings.map(\.nameless)) }
    }
}

extension IntegrityFinding {
    /// `an image is missing`: without the file's name, which may be a patient's.
    fileprivate var nameless: String {
        "\(["a", "e", "i", "o", "u"].contains(subject.rawValue.prefix(1)) ? "an" : "a") \(subject.rawValue) is \(kind.rawValue)"
    }
}
