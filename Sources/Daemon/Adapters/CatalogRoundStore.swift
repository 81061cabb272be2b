internal import Catalog
internal import Domain
internal import Jobs
internal import Plans
internal import Postgres
internal import Rounds
internal import Synchronization
internal import System

/// Follows the claim of a run.
protocol ClaimObserver: Sendable {
    /// Another daemon holds the run; called once, before the wait for its lease to end.
    func waits(for holder: JobHolder)
    /// A round was published while another run, or none, is the current one.
    func publishedBeside(_ current: String?)
    /// The labels of a round were published; called before the event of the publication.
    func published(_ labels: [OrganKey: Int])
    /// The run ended with an error other than a request to stop. May be called twice for one cause.
    func failed(with error: any Error)
}

extension ClaimObserver {
    func waits(for holder: JobHolder) {}
    func publishedBeside(_ current: String?) {}
    func published(_ labels: [OrganKey: Int]) {}
    func failed(with error: any Error) {}
}

/// Stores a run in the catalogue under a leased job, through the functions of the trainer API only.
actor CatalogRoundStore: RoundStore, RoundPublisher {
    private let catalog: TrainingCatalog
    private let queue: JobQueue
    private let run: StoredRun
    private let claims: HeldClaims
    private let given: JobClaim?
    private let stop: StopFlag
    private let observer: any ClaimObserver
    private var held: Held?
    private let loss = Mutex<(any Error)?>(nil)

    private struct Held {
        let claim: JobClaim
        var rounds: [StoredRound]
    }

    /// - Parameters:
    ///   - run: the run of the plan, which exists.
    ///   - queue: on the catalogue's connection.
    ///   - claims: those that the heartbeat renews.
    ///   - given: the claim on the run's job where the caller has it already, watches it and ends it.
    ///   - stop: ends the wait for another daemon's lease; raised where the claim is lost.
    init(
        _ catalog: TrainingCatalog, run: StoredRun, queue: JobQueue, claims: HeldClaims, given: JobClaim? = nil,
        stop: StopFlag, observer: any ClaimObserver
    ) {
        (self.catalog, self.run, self.queue, self.claims, self.given) = (catalog, run, queue, claims, given)
        (self.stop, self.observer) = (stop, observer)
    }

    /// The claim under which all writes are made.
    /// - Precondition: the run is open.
    var claim: Claim {
        guard let held else { preconditionFailure("a run is claimed before it is written to") }
        return Claim(job: JobID(held.claim.job), token: held.claim.token)
    }

    /// - Precondition: the run is open and has the round.
    func roundID(_ number: Int) -> RoundID {
        guard let round = held?.rounds.first(where: { $0.number == number }) else {
            preconditionFailure("a run is claimed before its rounds are used")
        }
        return round.id
    }

    // MARK: - RoundStore

    /// Claims the run, unless it is finished: nothing is written to it any more.
    func open(_ plan: RunPlan) async throws -> RunRecord {
        let claim = run.isFinished ? nil : try await acquireOnce()
        if let claim, given == nil { watch(claim) }
        let rounds = try await catalog.rounds(of: run.id)
        held = claim.map { Held(claim: $0, rounds: rounds) }
        return RunRecord(id: run.id, rounds: try rounds.map(RoundRecord.init))
    }

    func advance(
        _ run: RunID, round: Int, from state: RoundState, by action: RoundAction
    ) async throws -> RoundRecord {
        let stored = try await current(round)
        let record = try RoundRecord(stored)
        guard record.state == state else {
            // Another daemon that took over the run may have continued it.
            guard let held, try await queue.heartbeat(held.claim) != .lost else {
                throw RoundsError.leaseLost(run: self.run.name)
            }
            throw RoundsError.illegal(action: "continue", state: record.state)
        }
        let next = try record.applying(action, revision: try await catalog.currentRevision())
        _ = try await fenced {
            if case .startRelabelling(let relabelling) = action {
                try await catalog.recordGuards(claim, round: stored.id, relabelling.records)
            }
            try await catalog.advance(
                claim, round: stored.id, from: state.rawValue, to: next.state.rawValue,
                record: try StoredRoundRecord(next).json(), finishing: action == .close)
        }
        return next
    }

    func release(_ run: RunID) async {
        guard let held else { return }
        self.held = nil
        guard given == nil else { return }
        claims.drop(held.claim)
        // A claim that cannot be released ends with its lease.
        try? await queue.release(held.claim)
    }

    // MARK: - RoundPublisher

    /// A round that the database refuses to publish has failed: the volumes that its guards were measured on were withdrawn meanwhile.
    func publish(_ context: RoundContext) async throws -> RoundRecord {
        do {
            return try await publishChecked(context)
        } catch let error as PostgresError where error.sqlState == "LA016" {
            throw RoundsError.unrecoverable(reason: "\(error)")
        }
    }

    private func publishChecked(_ context: RoundContext) async throws -> RoundRecord {
        let round = context.round
        let withheld = (round.relabelling?.withheld ?? [:]).map { (OrganKey($0.key), $0.value.rawValue) }
        try await fenced {
            try await catalog.publish(
                claim, round: roundID(round.number), from: round.state.rawValue, to: RoundState.published.rawValue,
                withheld: Dictionary(uniqueKeysWithValues: withheld))
        }
        observer.published(try await catalog.labelCounts(of: roundID(round.number)))
        let current = try await catalog.currentRun()
        if current != run.name { observer.publishedBeside(current) }
        return try RoundRecord(try await self.current(round.number))
    }

    // MARK: - Claim

    /// - Throws: `RoundsError.leaseLost`, or the reason why the run was closed, where the claim was lost since it was opened.
    nonisolated func requireHeld() throws {
        if let error = loss.withLock({ $0 }) { throw error }
    }

    /// Stops the run where its claim is lost.
    private func watch(_ claim: JobClaim) {
        let (stop, name) = (stop, run.name)
        claims.hold(claim) { reason in
            self.loss.withLock { $0 = reason ?? RoundsError.leaseLost(run: name) }
            stop.raise()
        }
    }

    private func acquireOnce() async throws -> JobClaim {
        if let given { return given }
        return try await acquire()
    }

    /// Claims the run. A holder that lets its lease end is replaced; one that renews it keeps the run.
    ///
    /// - Throws: `DaemonError.held` where another daemon renews its lease, `CancellationError` where this one is asked to stop.
    private func acquire() async throws -> JobClaim {
        let (lease, clock) = (queue.leaseSeconds, ContinuousClock())
        var first: JobHolder?
        var deadline = clock.now + .seconds(lease)
        while true {
            if let claim = try await queue.claim(run: run.id.rawValue) {
                return claim
            }
            if stop.isRaised { throw CancellationError() }
            if let holder = try await queue.holder(run: run.id.rawValue) {
                if first == nil {
                    observer.waits(for: holder)
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

    private func current(_ number: Int) async throws -> StoredRound {
        let rounds = try await catalog.rounds(of: run.id)
        held?.rounds = rounds
        guard let round = rounds.first(where: { $0.number == number }) else {
            preconditionFailure("a run has all rounds of its plan")
        }
        return round
    }

    /// Runs `body`; a lost claim becomes an error of `Rounds`.
    /// - Throws: `RoundsError.leaseLost`, and what `body` throws.
    nonisolated func fenced<T>(_ body: () async throws -> T) async throws -> T {
        do {
            return try await body()
        } catch let error as PostgresError where error.sqlState == "LA001" {
            throw RoundsError.leaseLost(run: run.name)
        }
    }
}

extension Relabelling {
    /// The guards of all organs, as the catalogue records them.
    fileprivate var records: [GuardRecord] {
        guards.sorted { $0.key < $1.key }.flatMap { organ, results in
            results.map { result in
                let outcome: GuardOutcome =
                    switch result.outcome {
                    case .passed: .passed
                    case .failed: .failed
                    case .undecided: .undecided
                    }
                return GuardRecord(
                    organ: OrganKey(organ), guard: result.kind.rawValue, value: result.value, limit: result.limit,
                    outcome: outcome)
            }
        }
    }
}
