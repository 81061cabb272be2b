internal import Catalog
internal import Console
internal import Domain
internal import Hashing
internal import Imaging
internal import Jobs
internal import Learning
internal import Objects
internal import Plans
internal import Postgres
internal import Rounds
internal import System
internal import Tensors
internal import Trainers
internal import Workflows

/// What a run works with: the catalogue through the trainer API, the objects, the cache, and the parts that join them.
struct DaemonSession: Sendable {
    let trainer: TrainerSession
    let configuration: RunConfiguration

    var session: Session { trainer.session }
    /// What it writes is recorded as written by this program, together with the outside program where the run has one.
    var catalog: TrainingCatalog {
        guard let command = configuration.trainer.command else { return trainer.catalog }
        return TrainingCatalog(
            trainer.catalog.connection,
            program: "\(trainer.catalog.program), trainer: \(command.joined(separator: " "))")
    }
    private let consent: TrainerConsent

    /// A session for a configuration that the user gave.
    ///
    /// - Throws: the errors of `TrainerSession.open` and `RunOpening.resolve`.
    static func open(_ options: GlobalOptions, _ configuration: RunConfiguration) async throws -> DaemonSession {
        try await DaemonSession(TrainerSession.open(options), configuration, .ownFile)
    }

    /// A session to read a run that exists, with its recorded configuration.
    ///
    /// - Throws: as `open`; `CatalogError.unknownRun`, `RoundsError.otherPlan` where this program understands the configuration in
    ///   another way than the one that started the run.
    static func open(
        _ options: GlobalOptions, run name: String, _ consent: TrainerConsent
    ) async throws -> (DaemonSession, StoredRun) {
        try await open(TrainerSession.open(options), run: name, consent)
    }

    /// As `open`, within a session of a login.
    static func open(
        _ trainer: TrainerSession, run name: String, _ consent: TrainerConsent
    ) async throws -> (DaemonSession, StoredRun) {
        guard let run = try await trainer.catalog.run(named: name) else { throw CatalogError.unknownRun(name) }
        let configuration = try RunConfiguration(json: try await trainer.catalog.configuration(of: run.id).text)
        guard SHA256.digest(of: Array(try configuration.json().utf8)) == run.configDigest else {
            throw RoundsError.otherPlan(run: name)
        }
        return (try await DaemonSession(trainer, configuration, consent), run)
    }

    /// - Parameter consent: to the outside program of the configuration.
    /// - Throws: the errors of `RunOpening.resolve`.
    init(_ trainer: TrainerSession, _ configuration: RunConfiguration, _ consent: TrainerConsent) async throws {
        var configuration = configuration
        try await configuration.resolvePlan { try await RunOpening(catalog: trainer.catalog).resolve($0) }
        (self.trainer, self.configuration, self.consent) = (trainer, configuration, consent)
    }

    /// The duration of leases, which does not change.
    var lease: LeaseTime { LeaseTime { [seconds = configuration.daemon.leaseSeconds] in seconds } }

    /// The queue as this process sees it.
    func queue(on connection: Connection) -> JobQueue { trainer.queue(on: connection, lease: lease) }

    /// Opens the run of the plan, started where it is new, and warns of organs that it cannot learn.
    ///
    /// - Parameter claim: on the job of the tick that the run belongs to; nil for a run that is started by hand.
    func openRun(under claim: Claim? = nil) async throws -> RunOpening.OpenedRun {
        let json = try configuration.json()
        let request = RunOpening.Request(
            plan: configuration.plan, configuration: JSONText(json), digest: SHA256.digest(of: Array(json.utf8)),
            claim: claim)
        if let command = configuration.trainer.command {
            try consent.require(command, of: configuration.plan.name)
            if !TrainerProcess.isRestricted { trainer.tell(.trainerUnrestricted) }
        }
        let others = configuration.plan.modalities.filter { $0 != "CT" }
        if configuration.settings.intensity == .window, !others.isEmpty { trainer.tell(.windowBesideCT(others)) }
        let opened = try await configuration.locating {
            if configuration.settings.emulatesBFloat16(on: try requiredDevice()) { trainer.tell(.bfloat16Emulated) }
            try await requireFittingStart()
            try await requireFittingWindow(request)
            return try await RunOpening(catalog: catalog).open(request)
        }
        for organ in opened.unannotatedOrgans {
            trainer.tell(.organUnannotated(organ))
        }
        if configuration.settings.predictsOtherPatches { trainer.tell(.predictionPatchDiffers) }
        let recalled = try await catalog.recalledRounds(of: opened.run.id)
        if !recalled.isEmpty { trainer.tell(.roundsRecalled(recalled)) }
        return opened
    }

    /// - Throws: `ConfigurationError` where this machine has no device as `learning.device` names it.
    private func requiredDevice() throws -> Device {
        do throws(LearningError) {
            return try configuration.settings.usedDevice()
        } catch {
            guard case .deviceMissing(let device, let available) = error else { throw error }
            throw ConfigurationError(
                key: "learning.device", problem: "is \(device), which libtorch does not have on this machine",
                remedy: "give auto or one of \(available.joined(separator: ", ")), or use a libtorch with CUDA")
        }
    }

    /// - Throws: `ConfigurationError` where `run.startFrom` names a run of other organs or of another network. A run that does not exist
    ///   is refused by the catalogue.
    private func requireFittingStart() async throws {
        guard let start = configuration.plan.startFrom.flatMap({ RoundName($0) }),
            let source = try await catalog.run(named: start.run)
        else { return }
        let other = try RunConfiguration(json: try await catalog.configuration(of: source.id).text)
        func plan(_ configuration: RunConfiguration) -> NetworkPlan {
            var plan = configuration.settings.plan(organs: configuration.plan.organs)
            plan.headBias = 0
            return plan
        }
        let (own, theirs) = (plan(configuration), plan(other))
        guard configuration.trainer.command == other.trainer.command else {
            throw ConfigurationError(
                key: "run.startFrom",
                problem:
                    "is \(start), whose trainer is \(other.trainer.command?.joined(separator: " ") ?? "the built-in one")",
                remedy: "give a round of the same trainer.command")
        }
        guard own != theirs else { return }
        let difference =
            own.organs == theirs.organs
            ? "whose network has other dimensions, contextSlices, widths or deepSupervision"
            : "whose organs are \(theirs.organs.joined(separator: ", ")), in this order"
        throw ConfigurationError(
            key: "run.startFrom", problem: "is \(start), \(difference)",
            remedy: "give the same organs in the same order and the same network, or another round")
    }

    /// Reads images of a new run before the run is created, where its window may not fit them: the run would keep its name from the corrected
    /// configuration. Read are all that are no CT, and one CT unless the window is the usual one. They are cached for the run.
    ///
    /// - Throws: `DaemonError.imageFlattened`, and the errors of `CaseLibrary`.
    private func requireFittingWindow(_ request: RunOpening.Request) async throws {
        let (settings, usual) = (configuration.settings, LearningSettings())
        let isUsual = (settings.windowLow, settings.windowHigh) == (usual.windowLow, usual.windowHigh)
        let windowed = configuration.plan.modalities.filter { settings.intensity.resolved(for: $0) == .window }
        guard windowed.contains(where: { $0 != "CT" || !isUsual }),
            let snapshot = try await RunOpening(catalog: catalog).preview(request)
        else { return }
        let library = try await makeLibrary(snapshot, try await catalog.ontology(), trainer.objects)
        let volumes = snapshot.volumes.values.sorted { $0.id < $1.id }
        let tomography = isUsual ? nil : volumes.first { $0.modality == "CT" }
        for volume in volumes
        where windowed.contains(volume.modality) && (volume.modality != "CT" || volume.id == tomography?.id) {
            _ = try await library.unlabelledCase(volume)
        }
    }

    /// What the checkpoints of a run state of it.
    static func origin(of run: StoredRun) -> TrainingOrigin {
        TrainingOrigin(
            configuration: run.configDigest.description, revision: run.revision.number,
            program: Program.lacunad.version)
    }

    /// What works on the volumes of a run.
    ///
    /// - Parameter store: where its checkpoints and masks are; nil: the session's objects.
    /// - Throws: `DaemonError.trainerNotAllowed`, and the errors of the catalogue and the cache.
    func makeParts(_ snapshot: RunSnapshot, store: (any ObjectStore)? = nil) async throws -> RunParts {
        if let command = configuration.trainer.command {
            try consent.require(command, of: configuration.plan.name)
        }
        let (ontology, objects) = (try await catalog.ontology(), store ?? trainer.objects)
        return RunParts(
            library: try await makeLibrary(snapshot, ontology, objects), configuration: configuration,
            ontology: ontology, catalog: catalog, store: objects,
            outside: OutsideTrainer(configuration.trainer, jobs: "\(session.home)/trainer"))
    }

    private func makeLibrary(
        _ snapshot: RunSnapshot, _ ontology: Ontology, _ objects: any ObjectStore
    ) async throws -> CaseLibrary {
        let (cache, trainer, intensity) = (try openCache(), trainer, configuration.settings.intensity)
        try await removePurged(from: cache)
        let files = TrainingCache(
            cache, converted: session.converted, spacing: configuration.grid.spacing,
            limitInBytes: Int(configuration.daemon.cacheGigabytes * 1e9)
        ) { notice in
            // A window clips whatever is beyond it.
            if case .outliersClipped(_, let modality, _) = notice, intensity.resolved(for: modality) == .window {
                return
            }
            trainer.tell(notice)
        }
        return CaseLibrary(
            snapshot, ontology: ontology, cache: files, settings: configuration.settings,
            masks: MaskReader(store: objects))
    }

    /// - Throws: `UnsafeFolder` where somebody else could exchange what the run is trained on.
    private func openCache() throws -> VolumeCache {
        let folder = configuration.daemon.cache ?? session.cacheFolder
        do {
            try session.secure(folder)
        } catch let error as SystemError {
            throw ConfigurationError(
                key: "daemon.cache", problem: "is \(folder), which cannot be created: \(error.reason)",
                remedy: "give a folder that can be written")
        }
        return VolumeCache(folder: folder, access: session.access)
    }

    /// Removes copies of images that were purged since, which a purge elsewhere could not reach.
    private func removePurged(from cache: VolumeCache) async throws {
        let work = BlockingWork()
        let entries = try await work.run { try cache.entries() }
        let purged = try await catalog.purgedImages(among: Array(Set(entries.compactMap(\.source))))
        let gone = entries.filter { $0.source.map(purged.contains) ?? false }
        let kept = await work.run { gone.filter { cache.remove($0) != .removed } }
        for entry in kept { trainer.tell(.purgedImageKept(file: entry.path)) }
        if gone.count > kept.count {
            trainer.tell(.purgedImagesRemoved(count: gone.count - kept.count, folder: cache.folder))
        }
    }
}
