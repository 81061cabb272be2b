internal import Catalog
internal import Console
internal import Domain
internal import Hashing
internal import Learning
internal import Objects
internal import Plans
internal import Postgres
internal import Rounds
internal import System
internal import Tensors
internal import Workflows

/// A process of a run that is not the first one: trains with it, and otherwise waits. It claims nothing and writes nothing but cached
/// volumes.
struct RunFollower: Sendable {
    let options: GlobalOptions
    let configuration: RunConfiguration
    let group: RunGroup
    /// A request to stop, which is passed on to the first process.
    let stop: StopFlag

    /// - Returns: the exit status of the first process.
    /// - Throws: `TensorError.processLost`, and the errors of a training.
    func run() async throws -> Int32 {
        do {
            while true {
                guard case .train(let training) = try await group.nextOrder(stop: stop) else {
                    throw LearningError.processesDiffer
                }
                try await train(training)
            }
        } catch let end as RunGroup.LeaderEnded {
            return end.status
        }
    }

    /// Within a session for this training alone: the server may be started again between two.
    private func train(_ work: GroupTraining) async throws {
        let session = try await DaemonSession.open(options, configuration)
        do {
            try await session.session.notingLocks { try await train(work, session) }
            await session.session.connection.close()
        } catch {
            await session.session.connection.close()
            throw error
        }
    }

    private func train(_ work: GroupTraining, _ session: DaemonSession) async throws {
        let (plan, run) = (session.configuration.plan, try await run(session))
        let parts = try await session.makeParts(
            try await RunOpening(catalog: session.catalog).snapshot(of: run.id, plan))
        let learning = RoundLearning(
            parts.network, recipe: plan.recipe(ofRound: work.round, parts.settings), settings: parts.settings,
            origin: DaemonSession.origin(of: run), rule: parts.rule, mirror: parts.mirror)
        let preparation = await parts.library.training(
            in: .train, parts.rule, pseudo: try await pseudoLabels(before: work.round, of: run, session))
        guard preparation.digest == work.data else { throw LearningError.dataDiffer }
        let training = try await RoundTraining(
            learning, preparation, from: try await start(work.start, session), library: parts.library,
            onePart: plan.organsKeptInOnePart, thread: parts.thread, group: group)
        _ = try await training.run(stop: StopFlag(within: stop), observer: RoundTraining.Observer())
    }

    /// The run that the first process has opened.
    private func run(_ session: DaemonSession) async throws -> StoredRun {
        let name = session.configuration.plan.name
        guard let run = try await session.catalog.run(named: name) else { throw CatalogError.unknownRun(name) }
        guard SHA256.digest(of: Array(try session.configuration.json().utf8)) == run.configDigest else {
            throw RoundsError.otherPlan(run: name)
        }
        return run
    }

    private func pseudoLabels(
        before round: Int, of run: StoredRun, _ session: DaemonSession
    ) async throws -> [RoundLabel] {
        let rounds = try await session.catalog.rounds(of: run.id)
        guard let previous = rounds.first(where: { $0.number == round - 1 }) else { return [] }
        return try await session.catalog.pseudoLabels(of: previous.id)
    }

    private func start(_ start: GroupTraining.Start, _ session: DaemonSession) async throws -> TrainingStart {
        func checkpoint(_ object: Digest) async throws -> Checkpoint {
            try Checkpoint(bytes: try await session.trainer.objects.getVerified(ObjectID(digest: object, size: 0)))
        }
        return switch start {
        case .fresh: .fresh
        case .weights(let object): .weights(try await checkpoint(object))
        case .resume(let object): .resume(try await checkpoint(object))
        }
    }
}
