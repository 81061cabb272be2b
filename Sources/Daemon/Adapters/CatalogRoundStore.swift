internal import Catalog
internal import Domain
internal import Jobs
internal import Postgres
internal import Rounds
internal import System

/// Keeps runs in the catalogue under a leased job, through the trainer's functions only.
actor CatalogRoundStore: RoundStore, RoundPublisher {
    private let catalog: TrainingCatalog
    private let queue: JobQueue
    private let configuration: DaemonConfiguration
    private let worker: String
    private let stop: StopFlag
    private let waiting: @Sendable (JobHolder) -> Void
    private let hidden: @Sendable (_ behind: String?) -> Void
    private var held: Held?

    private struct Held {
        let run: StoredRun
        let claim: JobClaim
        var rounds: [StoredRound]
    }

    /// - Parameters:
    ///   - stop: ends the waiting for another daemon's lease.
    ///   - waiting: called once when that begins.
    ///   - hidden: called at each publication that does not show, with the run that does; nil: none.
    init(
        _ catalog: TrainingCatalog, configuration: DaemonConfiguration, worker: String, stop: StopFlag,
        waiting: @escaping @Sendable (JobHolder) -> Void, hidden: @escaping @Sendable (_ behind: String?) -> Void
    ) {
        (self.catalog, self.configuration, self.worker) = (catalog, configuration, worker)
        (self.stop, self.waiting, self.hidden) = (stop, waiting, hidden)
        queue = JobQueue(catalog.connection)
    }

    /// The claim that writes carry.
    /// - Precondition: the run is open.
    var claim: Claim {
        guard let held else { preconditionFailure("a run is claimed before it is written to") }
        return Claim(job: JobID(held.claim.job), token: held.claim.token)
    }

    var run: StoredRun? { held?.run }

    func roundID(_ number: Int) -> RoundID {
        guard let held else { preconditionFailure("a run is claimed before its rounds are used") }
        return held.rounds[number].id
    }

    /// The run of the plan's name, started where it is new, as `prepare` takes it.
    ///
    /// A new run that `prepare` refuses leaves nothing behind, so that a corrected plan can have its name.
    /// - Throws: `RoundsError.otherPlan` where it exists with another configuration, and what `prepare` throws.
    func ensureRun<T: Sendable>(
        _ plan: RunPlan, prepare: @Sendable (StoredRun) async throws -> T
    ) async throws -> T {
        do {
            return try await ensureRunOnce(plan, prepare)
        } catch let error as PostgresError where error.sqlState == "23505" {
            return try await ensureRunOnce(plan, prepare)  // another daemon started it at the same moment
        }
    }

    private func ensureRunOnce<T: Sendable>(
        _ plan: RunPlan, _ prepare: @Sendable (StoredRun) async throws -> T
    ) async throws -> T {
        try await catalog.connection.transaction { _ in
            let run = try await findOrStart(plan)
            guard run.configDigest == configuration.digest else { throw RoundsError.otherPlan(run: plan.name) }
            return try await prepare(run)
        }
    }

    // MARK: - RoundStore

    func open(_ plan: RunPlan) async throws -> RunRecord {
        let run = try await ensureRun(plan) { $0 }
        let claim = try await claim(run)
        let rounds = try await catalog.rounds(of: run.id)
        held = Held(run: run, claim: claim, rounds: rounds)
        return RunRecord(id: run.id, rounds: try rounds.map(RoundRecord.init))
    }

    func advance(
        _ run: RunID, round: Int, from state: RoundState, by action: RoundAction
    ) async throws -> RoundRecord {
        let stored = try await current(round)
        let record = try RoundRecord(stored)
        guard record.state == state else { throw RoundsError.illegal(action: "go on", state: record.state) }
        let next = try record.applying(action, revision: try await catalog.currentRevision())
        try await fenced {
            try await catalog.advance(
                claim, round: stored.id, from: state.rawValue, to: next.state.rawValue,
                record: try StoredRoundRecord(next).json(), finishing: action == .close)
        }
        return next
    }

    func release(_ run: RunID) async {
        guard let held else { return }
        self.held = nil
        // A claim that cannot be given back ends with its lease.
        try? await queue.release(held.claim)
    }

    // MARK: - RoundPublisher

    func publish(_ context: RoundContext) async throws -> RoundRecord {
        let round = context.round
        let withheld = (round.relabelling?.withheld ?? [:]).map { (OrganKey($0.key), $0.value.rawValue) }
        try await fenced {
            try await catalog.publish(
                claim, round: roundID(round.number), from: round.state.rawValue, to: RoundState.published.rawValue,
                withheld: Dictionary(uniqueKeysWithValues: withheld))
        }
        let current = try await catalog.currentRun()
        if current != configuration.plan.name { hidden(current) }
        return try RoundRecord(try await self.current(round.number))
    }

    /// Renews the lease; false when it is lost. `connection` is the heartbeat's own.
    func heartbeat(on connection: Connection) async throws -> Bool {
        guard let held else { return true }
        let stands = try await JobQueue(connection).heartbeat(
            held.claim, leaseInSeconds: configuration.daemon.leaseSeconds)
        return stands || self.held == nil  // given back meanwhile
    }

    // MARK: -

    /// Claims the run. A holder whose lease ends unrenewed is taken for dead and succeeded; one that renews it is alive.
    ///
    /// - Throws: `DaemonError.held` by the living, `CancellationError` where the daemon is asked to stop meanwhile.
    private func claim(_ run: StoredRun) async throws -> JobClaim {
        let (lease, clock) = (configuration.daemon.leaseSeconds, ContinuousClock())
        var first: JobHolder?
        var deadline = clock.now + .seconds(lease)
        while true {
            if let claim = try await queue.claim(run: run.id.rawValue, worker: worker, leaseInSeconds: lease) {
                return claim
            }
            if stop.isRaised { throw CancellationError() }
            if let holder = try await queue.holder(run: run.id.rawValue) {
                if first == nil {
                    waiting(holder)
                    deadline = clock.now + .seconds(holder.secondsLeft + lease)
                }
                let known = first ?? holder
                guard holder.leaseEnd == known.leaseEnd, clock.now < deadline else {
                    throw DaemonError.held(run: run.name, worker: holder.worker)
                }
                first = known
            } else if clock.now >= deadline {
                throw DaemonError.held(run: run.name, worker: first?.worker ?? "a transaction")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private func findOrStart(_ plan: RunPlan) async throws -> StoredRun {
        if let run = try await catalog.run(named: plan.name) { return run }
        let start = RunStart(
            name: plan.name, config: JSONText(configuration.json), configDigest: configuration.digest,
            seed: Int(plan.seed), split: plan.split, origins: plan.knownOrigins,
            trainsUnassigned: plan.trainsOnUnassigned, organs: plan.organs.map { OrganKey($0) },
            classMapping: Dictionary(
                uniqueKeysWithValues: plan.merge.map { (OrganKey($0.key), $0.value.map { OrganKey($0) }) }),
            modalities: plan.modalities, gammas: plan.gammas)
        return try await catalog.startRun(start)
    }

    private func current(_ number: Int) async throws -> StoredRound {
        guard let held else { preconditionFailure("a run is claimed before its rounds are used") }
        let rounds = try await catalog.rounds(of: held.run.id)
        self.held?.rounds = rounds
        return rounds[number]
    }

    /// A lost claim is told in the words of `Rounds`.
    nonisolated func fenced<T>(_ body: () async throws -> T) async throws -> T {
        do {
            return try await body()
        } catch let error as PostgresError where error.sqlState == "LA001" {
            throw RoundsError.leaseLost(run: configuration.plan.name)
        }
    }
}
