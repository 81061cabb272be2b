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
        let (item, labels) = try await trainingCase(part, rule, sets)
        return TrainingVolume(item, labels, settings)
    }

    /// As `trainingVolume`, as a case without labels, and its labels. Both are read at the same time.
    func trainingCase(
        _ part: TrainingPart, _ rule: KnownVoxelRule, _ sets: [[Int]]
    ) async throws -> (item: TrainingCase, labels: TrainingLabels) {
        async let item = onThreadOfItsOwn.unlabelledCase(part.volume)
        let labels = try await labels(of: part, rule, sets)
        return (try await item, labels)
    }

    /// Pseudo labels are added to the labels of the annotations, whose masks are not read again, so that the time follows from the number
    /// of pseudo labels.
    private func labels(
        of part: TrainingPart, _ rule: KnownVoxelRule, _ sets: [[Int]]
    ) async throws -> TrainingLabels {
        let volume = part.volume
        if let labels = try await cachedLabels(part.content, of: volume) { return labels }
        let base = try await annotatedLabels(of: part, rule, sets)
        guard !part.pseudo.isEmpty else { return base }
        let pseudo = try await pseudoLabels(part.pseudo, of: volume)
        return try await work.run { [cache] in
            try cache.store(base.adding(pseudo, rule: rule, compositeSets: sets), part.content, of: volume)
        }
    }

    private func annotatedLabels(
        of part: TrainingPart, _ rule: KnownVoxelRule, _ sets: [[Int]]
    ) async throws -> TrainingLabels {
        let volume = part.volume
        if !part.pseudo.isEmpty, let labels = try await cachedLabels(part.annotated, of: volume) { return labels }
        let labels = try await labels(of: volume)
        return try await work.run { [cache] in
            try cache.store(TrainingLabels(labels, rule: rule, compositeSets: sets), part.annotated, of: volume)
        }
    }

    private func cachedLabels(_ content: LabelContent, of volume: RunVolume) async throws -> TrainingLabels? {
        try await work.run { [cache] in try cache.labels(content, of: volume) }
    }
}

extension TrainingVolume {
    init(_ item: TrainingCase, _ labels: TrainingLabels, _ settings: LearningSettings) {
        self.init(
            item.volume, image: item.image, spacing: item.spacing, normalisation: item.normalisation, labels: labels,
            missingAsBackground: settings.missingAsBackground)
    }
}
