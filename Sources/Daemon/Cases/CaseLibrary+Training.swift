internal import Catalog
internal import Domain
internal import Learning
internal import Plans
internal import System
internal import Workflows

extension CaseLibrary {
    /// The volumes of a part with annotations and, for organs without one, pseudo labels. What the cache does not have is made and stored.
    ///
    /// - Parameter checkStop: called before each volume; an error ends the reading.
    /// - Throws: as `makeCase`, and `DaemonError.cacheUnwritable`.
    func trainingData(
        in part: SplitPart, _ rule: KnownVoxelRule, pseudo: [RoundLabel] = [], checkStop: () throws -> Void = {}
    ) async throws -> TrainingData {
        let (volumes, pseudo) = (snapshot.volumes(in: part), Dictionary(grouping: pseudo, by: \.volume))
        let sets = settings.missingAsBackground ? [] : compositeSets(of: volumes)
        let plan = LabelPlan(organs, rule, compositeSets: sets)
        var found: [TrainingVolume] = []
        var contents: [(volume: RunVolume, content: LabelContent)] = []
        for volume in volumes {
            try checkStop()
            let own = pseudo[volume.id] ?? []
            let annotations = learnedLabels(of: volume)
            let used = own.filter { organs.contains($0.organ) && annotations[$0.organ] == nil }
            let content = LabelContent(plan, annotations: annotations, pseudo: used)
            found.append(try await trainingVolume(volume, content, rule, pseudo: own, sets))
            contents.append((volume, content))
        }
        try await work.run { [cache, contents] in try cache.removeLabels(except: contents) }
        return TrainingData(volumes: found, compositeSets: sets)
    }

    private func trainingVolume(
        _ volume: RunVolume, _ content: LabelContent, _ rule: KnownVoxelRule, pseudo: [RoundLabel], _ sets: [[Int]]
    ) async throws -> TrainingVolume {
        if let labels = try await work.run({ [cache] in try cache.labels(content, of: volume) }) {
            return TrainingVolume(try await unlabelledCase(volume), labels, settings)
        }
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
            item.volume, image: item.image, normalisation: item.normalisation, labels: labels,
            missingAsBackground: settings.missingAsBackground)
    }
}
