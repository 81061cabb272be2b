internal import Catalog
internal import Console
internal import Jobs
internal import Logging
internal import Objects
internal import Postgres
internal import Workflows

/// A session of a login that may train, or that evaluates what was trained: the catalogue through the trainer API, and the objects.
struct TrainerSession: Sendable {
    let session: Session
    let catalog: TrainingCatalog
    let objects: any ObjectStore
    /// Nil where a person started the work and reads what is printed.
    private let logger: Logger?

    /// - Parameters:
    ///   - role: a manager evaluates finished runs.
    ///   - logger: receives all messages; nil: they are printed.
    /// - Throws: `TrainingCatalogError.privilegedRole` where the login of a trainer has more rights than that, `.ordinaryRole`
    ///   for a manager's that has fewer, `ObjectStoreError.noStore`
    ///   where there is no object store, and the errors of `Session.open`.
    static func open(
        _ options: GlobalOptions, role: SessionRole = .trainer, logger: Logger? = nil
    ) async throws -> TrainerSession {
        let output = logger.map { options.output.logging(to: $0) } ?? options.output
        let session = try await Session.open(options, role: role, output: output)
        let catalog = TrainingCatalog(session.connection, program: Program.lacunad.version)
        switch role {
        case .trainer: try await catalog.requireTrainerRole()
        case .manager, .superuser: try await catalog.requireManagerRole()
        }
        return TrainerSession(
            session: session, catalog: catalog, objects: try await session.workspace.objects(),
            logger: logger)
    }

    func tell(_ notice: RunNotice) {
        if let logger { notice.log(to: logger) } else { notice.print(on: session.output) }
    }

    /// Another connection of the same login, for heartbeats and the like.
    func connectAgain() async throws -> Connection { try await session.connectAgain() }

    /// The queue as this process sees it.
    func queue(on connection: Connection, lease: LeaseTime) -> JobQueue {
        JobQueue(connection, worker: WorkerName.ofThisProcess) { lease.seconds }
    }
}
