internal import Catalog
internal import Console
internal import Domain
internal import Glibc
internal import Objects
internal import Postgres
internal import Rounds
internal import System

/// What a run works with: the catalogue as trainer, the objects, the cache, and the parts that join them.
struct DaemonSession {
    let session: Session
    let catalog: TrainingCatalog
    let store: ObjectFolder
    let configuration: DaemonConfiguration
    let ontology: Ontology

    /// - Throws: `TrainingCatalogError.privilegedRole` where the login could do more than a trainer.
    static func open(_ options: GlobalOptions, _ configuration: DaemonConfiguration) async throws -> DaemonSession {
        let session = try await Session.open(options, role: .trainer)
        let catalog = TrainingCatalog(session.connection, program: Program.lacunad.version)
        try await catalog.requireTrainerRole()
        var configuration = configuration
        let ontology = try await catalog.ontology()
        let organs = try await catalog.organs(named: configuration.plan.organs)
        let merge = try await OrganMerge(configuration.plan.merge) { try await catalog.organs(named: $0) }
        try merge.check(over: organs, ontology)
        try configuration.setOrgans(organs, merge: merge.accepted)
        // A run without masks has nothing to learn from: a store that is not there is a wrong name.
        let store = try await session.objectStore(create: false)
        return DaemonSession(
            session: session, catalog: catalog, store: store, configuration: configuration, ontology: ontology)
    }

    /// Another connection of the same login; heartbeats have their own.
    func connectAgain() async throws -> Connection {
        try await Account.set(on: try await Connection.connect(session.settings))
    }

    /// The parts of a driver over the run's data; starts the run in the catalogue where it is new.
    func makeDriver(_ rounds: CatalogRoundStore, observer: any RoundObserver, stop: StopFlag) async throws -> RunDriver
    {
        let worker = try await rounds.ensureRun(configuration.plan) { try await makeWorker($0.id, rounds) }
        return RunDriver(
            store: rounds, trainer: worker, evaluator: worker, relabeller: worker, publisher: rounds,
            observer: observer, isStopping: { stop.isRaised })
    }

    private func makeWorker(_ run: RunID, _ rounds: CatalogRoundStore) async throws -> LearningWorker {
        let organs = configuration.plan.organs.map { OrganKey($0) }
        let images = ImageCache(
            folder: try cacheFolder(), converted: session.converted, spacing: configuration.grid.spacing)
        let library = CaseLibrary(
            plan: organs, volumes: try await catalog.volumes(of: run), labels: try await catalog.labels(of: run),
            ontology: ontology, images: images, masks: BlockingMaskReader(store: store))
        try check(library)
        return LearningWorker(
            library: library, settings: configuration.settings, ontology: ontology, catalog: catalog, rounds: rounds,
            store: store)
    }

    /// A run that cannot learn or cannot be judged is told before it begins.
    private func check(_ library: CaseLibrary) throws {
        let plan = configuration.plan
        let takes =
            "modality \(plan.modalities.joined(separator: ", ")) (run.modalities) and origin "
            + "\(plan.knownOrigins.map(\.rawValue).joined(separator: ", ")) (run.knownOrigins)"
        for (part, failure) in [
            (SplitPart.train, DaemonError.nothingToLearn(run: plan.name, takes: takes)),
            (.validation, .noValidation(run: plan.name, split: plan.split, takes: takes)),
        ] where library.organs.allSatisfy({ library.annotatedVolumes(of: $0, in: part) == 0 }) {
            throw failure
        }
        for organ in library.organs where library.annotatedVolumes(of: organ, in: .train) == 0 {
            session.output.warn(
                "\(organ) is annotated in no training volume: it is never learned and would flood the background; "
                    + "take it out of run.organs or annotate it")
        }
    }

    private func cacheFolder() throws -> String {
        let folder = configuration.daemon.cache ?? "\(session.home)/cache"
        guard mkdir(folder, 0o755) == 0 || errno == EEXIST else {
            throw DaemonError.configuration(
                key: "daemon.cache", problem: "cannot be made: \(String(cString: strerror(errno)))",
                remedy: "name a folder that can be written")
        }
        return folder
    }
}
