internal import Batches
internal import Catalog
internal import Domain
internal import Plans
internal import System
internal import Workflows

extension CaseLibrary {
    /// The volumes of a part with annotations and, for organs without one, pseudo labels. They are not read yet: `TrainingPreparation`
    /// makes what the cache does not have.
    ///
    /// - Parameter pseudo: of the round before; nil removes no labels of other rounds from the cache.
    func training(
        in part: SplitPart, _ rule: KnownVoxelRule, pseudo: [RoundLabel]? = nil
    ) async -> TrainingPreparation {
        let (volumes, byVolume) = (snapshot.volumes(in: part), Dictionary(grouping: pseudo ?? [], by: \.volume))
        let sets = settings.missingAsBackground ? [] : compositeSets(of: volumes)
        let plan = LabelPlan(organs, rule, compositeSets: sets)
        let parts = volumes.map { volume in
            let annotations = learnedLabels(of: volume)
            let own = (byVolume[volume.id] ?? []).filter {
                organs.contains($0.organ) && annotations[$0.organ] == nil
            }
            return TrainingPart(volume, plan, annotations: annotations, composites: composites, pseudo: own)
        }
        if pseudo != nil {
            let kept = parts.map { (volume: $0.volume, kept: Set([$0.content, $0.annotated])) }
            await work.run { [cache] in cache.removeLabels(except: kept) }
        }
        return TrainingPreparation(self, parts, rule: rule, compositeSets: sets)
    }

    /// Reads a volume and its labels from the cache; what that does not have is made and stored.
    ///
    /// - Throws: as `makeCase`, and `DaemonError.cacheUnwritable`.
    func trainingVolume(
        _ part: TrainingPart, _ rule: KnownVoxelRule, _ sets: [[Int]]
    ) async throws -> TrainingVolume {
        let volume = part.volume
        if let labels = try await work.run({ [cache] in try cache.labels(part.content, of: volume) }) {
            return TrainingVolume(try await unlabelledCase(volume), labels, settings)
        }
        let item = try await makeCase(volume, pseudo: part.pseudo)
        let labels = try await work.run { [cache] in
            try cache.store(TrainingLabels(item, rule: rule, compositeSets: sets), part.content, of: volume)
        }
        return TrainingVolume(item, labels, settings)
    }
}

extension TrainingVolume {
    fileprivate init(_ item: TrainingCase, _ labels: TrainingLabels, _ settings: LearningSettings) {
        self.init(
            item.volume, image: item.image, spacing: item.spacing, normalisation: item.normalisation, labels: labels,
            missingAsBackground: settings.missingAsBackground)
    }
}
