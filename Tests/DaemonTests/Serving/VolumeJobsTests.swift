import Catalog
import Domain
import Jobs
import Logging
import Monitoring
import Plans
import Postgres
import Rounds
import TestSupport
import Testing

@testable import Daemon

extension ServiceTests {
    /// The volumes of a round, which daemons share.
    @Suite struct VolumeJobsTests {
        /// The daemon that waits for a volume finds that the one that had it is gone.
        @Test func theEndOfAnotherDaemonsLeaseIsCounted() async throws {
            try await withRound { place, held in
                _ = try await held.jobs.queue.enqueue(
                    .predict, volumes: held.volumes.map(\.rawValue), ofRound: held.jobs.round.rawValue,
                    under: held.jobs.run)
                let gone = try #require(
                    try await held.jobs.queue.claim(.predict, ofRound: held.jobs.round.rawValue).first)
                try await place.change(
                    """
                    update lacuna.job set attempts = max_attempts, lease_until = clock_timestamp() - interval '1 s'
                    where id = \(gone.claim.job)
                    """)
                await #expect(throws: RoundsError.self) {
                    try await held.jobs.finish(held.volumes, isStopping: { false }) { _, _ in "{}" }
                }
                let text = held.jobs.leases.metrics.registry.text()
                #expect(text.contains("lacuna_lease_expired_total 1\n"), "\(text)")
            }
        }

        /// The heartbeat finds that a person cancelled the job of the volume that is predicted now.
        @Test func aCancelledVolumeIsStopped() async throws {
            try await withRound { place, held in
                let (manager, beating) = (try await place.connect(as: "lacuna"), try await place.connect(as: "lacunad"))
                let heartbeat = HeartbeatService(
                    claims: held.jobs.claims, lease: LeaseTime { 3 },
                    queue: JobQueue(beating, worker: "w", leaseSeconds: 3),
                    working: held.jobs.queue.connection, logger: Self.silent)
                let beats = Task { try await heartbeat.renewUntilCancelled() }
                let context = RoundContext(
                    run: RunID(1), plan: RunPlan(name: "r", organs: ["liver"], split: "s"),
                    round: RoundRecord(number: 0), previous: nil)
                await #expect(throws: RoundsError.self) {
                    try await held.jobs.finish([held.volumes[0]], isStopping: context.isStopping) { job, isStopping in
                        try await JobRegister(manager).cancel(job.claim.job, reason: "artefacts")
                        let task = try #require(
                            LearningWorker.task(job, context, Self.weights, isStopping: isStopping))
                        try await awaits("the stop of the volume") { task.isStopping() }
                        throw CancellationError()
                    }
                }
                beats.cancel()
                _ = try? await beats.value
                let row = try await place.ask("select state, reason from lacuna.job where kind = 'predict'")
                #expect(row == ["cancelled|cancelled by lacuna: artefacts"])
                for connection in [manager, beating] { await connection.close() }
            }
        }

        // MARK: -

        private static let silent = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }
        private static let weights = RoundWeights(
            round: 0, network: Digest(bytes: Array(repeating: 1, count: 32)), head: nil)

        private struct HeldRound {
            let jobs: VolumeJobs
            let volumes: [VolumeID]
        }

        /// A round that relabels, whose run this process holds, and its training volumes.
        private func withRound(_ body: (Place, HeldRound) async throws -> Void) async throws {
            try await World.with { place in
                let connection = try await place.connect(as: "lacunad")
                try await body(place, try await holdRound(connection))
                await connection.close()
            }
        }

        private func holdRound(_ connection: Connection) async throws -> HeldRound {
            let training = TrainingCatalog(connection, program: "tests")
            let queue = JobQueue(connection, worker: "w", leaseSeconds: 600)
            let run = try await training.startRun(
                RunStart(
                    name: "r", config: JSONText("{}"), configDigest: Digest(bytes: Array(repeating: 7, count: 32)),
                    seed: 1, split: "s", origins: [.expert, .assisted], trainsUnassigned: false,
                    organs: World.organs, modalities: ["CT"], gammas: [1]))
            let claim = try #require(try await queue.claim(run: run.id.rawValue))
            let round = try await training.rounds(of: run.id)[0].id
            let path = ["planned", "training", "trained", "confidenceFitted", "evaluated", "relabelling"]
            for (from, to) in zip(path, path.dropFirst()) {
                try await training.advance(Claim(claim), round: round, from: from, to: to, record: JSONText("{}"))
            }
            let volumes = try await training.volumes(of: run.id).filter { $0.part == .train }.map(\.id)
            let leases = ExpiredLeases(
                queue: queue, logger: Self.silent,
                metrics: LacunaMetrics(), hooks: nil)
            let jobs = VolumeJobs(
                queue: queue, claims: HeldClaims(), leases: leases, run: claim, round: round, kind: .predict)
            return HeldRound(jobs: jobs, volumes: volumes)
        }
    }
}
