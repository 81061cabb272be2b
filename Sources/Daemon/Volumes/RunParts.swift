internal import Batches
internal import Catalog
internal import Domain
internal import Learning
internal import Objects
internal import Plans
internal import Rounds
internal import Tensors
internal import Workflows

/// What the work on a run's volumes needs: its cases, its rule, its network's plan, one thread for libtorch, and the outside program where it
/// has one.
struct RunParts: Sendable {
    let library: CaseLibrary
    let settings: LearningSettings
    let network: NetworkPlan
    let rule: KnownVoxelRule
    let mirror: ChannelMirror
    let store: any ObjectStore
    let thread: TensorThread
    /// Nil: the built-in trainer.
    let outside: OutsideTrainer?
    let predictor: any VolumePredictor
    let volumes: VolumeWorker

    init(
        library: CaseLibrary, configuration: RunConfiguration, ontology: Ontology, catalog: TrainingCatalog,
        store: any ObjectStore, outside: OutsideTrainer? = nil
    ) {
        let settings = configuration.settings
        (self.library, self.settings, self.store, self.outside) = (library, settings, store, outside)
        network = settings.plan(organs: library.organs.map(\.rawValue))
        rule = ontology.knownVoxelRule(
            for: library.organs, usingExclusions: configuration.plan.usesExclusions)
        mirror = ontology.mirror(of: library.organs)
        let threads = settings.threadLimit
        thread = TensorThread(threads: threads)
        if let outside {
            predictor = OutsidePredictor(
                trainer: outside, library: library, rule: rule, plan: configuration.plan, store: store, thread: thread)
        } else {
            predictor = RoundPredictor(
                settings: settings, confidence: configuration.plan.confidence, store: store, thread: thread)
        }
        volumes = VolumeWorker(
            library: library, predictor: predictor, plan: configuration.plan, rule: rule, catalog: catalog,
            store: store, thread: thread, threads: threads,
            keptBytes: Int(configuration.daemon.predictionGigabytes * 1e9))
    }
}
