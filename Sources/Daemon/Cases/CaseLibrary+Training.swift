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
        let (parts, sets) = trainingParts(in: part, rule, pseudo: pseudo ?? [])
        if pseudo != nil { await removeLabels(except: parts) }
        return TrainingPreparation(self, parts, rule: rule, compositeSets: sets)
    }

    /// The volumes of a part with what they are learned with, and the parts of each composite label, as indices of organs.
    func trainingParts(
        in part: SplitPart, _ rule: KnownVoxelRule, pseudo: [RoundLabel]
    ) -> (parts: [TrainingPart], compositeSets: [[Int]]) {
        let (volumes, byVolume) = (snapshot.volumes(in: part), Dictionary(grouping: pseudo, by: \.volume))
        let sets = settings.missingAsBackground ? [] : compositeSets(of: volumes)
        let plan = LabelPlan(organs, rule, compositeSets: sets)
        let parts = volumes.map { volume in
            let annotations = learnedLabels(of: volume)
            let own = (byVolume[volume.id] ?? []).filter {
                organs.contains($0.organ) && annotations[$0.organ] == nil
            }
            return TrainingPart(volume, plan, annotations: annotations, composites: composites, pseudo: own)
        }
        return (parts, sets)
    }

    /// Removes cached labels of other rounds.
    func removeLabels(except parts: [TrainingPart]) async {
        let kept = parts.map { (volume: $0.volume, kept: Set([$0.content, $0.annotated])) }
        await work.run { [cache] in cache.removeLabels(except: kept) }
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
        if !part.pseudo.isEmpty, let labels = try await addedLabels(part, rule, sets) {
            return TrainingVolume(try await unlabelledCase(volume), labels, settings)
        }
        return try await madeVolume(volume, pseudo: part.pseudo, part.content, rule, sets)
    }

    /// The labels of the annotations, from the cache, with the pseudo labels; nil where they have no common form. Masks of annotations
    /// are not read again, so that the time follows from the number of pseudo labels.
    private func addedLabels(
        _ part: TrainingPart, _ rule: KnownVoxelRule, _ sets: [[Int]]
    ) async throws -> TrainingLabels? {
        let volume = part.volume
        if try await work.run({ [cache] in try cache.labels(part.annotated, of: volume) }) == nil {
            _ = try await madeVolume(volume, pseudo: [], part.annotated, rule, sets)
        }
        let pseudo = try await pseudoLabels(part.pseudo, of: volume)
        return try await work.run { [cache] in
            let base = try cache.labels(part.annotated, of: volume)
            let labels = base?.adding(pseudo, rule: rule, compositeSets: sets)
            return try labels.map { try cache.store($0, part.content, of: volume) }
        }
    }

    private func madeVolume(
        _ volume: RunVolume, pseudo: [RoundLabel], _ content: LabelContent, _ rule: KnownVoxelRule, _ sets: [[Int]]
    ) async throws -> TrainingVolume {
        let item = try await makeCase(volume, pseudo: pseudo)
        let labels = try await work.run { [cache] in
            try cache.store(TrainingLabels(item, rule: rule, compositeSets: sets), content, of: volume)
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
