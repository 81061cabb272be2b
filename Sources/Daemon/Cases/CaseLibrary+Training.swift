internal import Catalog
internal import Domain
internal import Learning
internal import Plans
internal import System
internal import Workflows

extension CaseLibrary {
    /// The volumes of a part with annotations and, for organs without one, pseudo labels. What the cache does not have is made and stored.
    ///
    /// - Parameters:
    ///   - pseudo: of the round before; nil removes no labels of other rounds from the cache.
    ///   - checkStop: called before each volume; an error ends the reading.
    /// - Throws: as `makeCase`, and `DaemonError.cacheUnwritable`.
    func trainingData(
        in part: SplitPart, _ rule: KnownVoxelRule, pseudo: [RoundLabel]? = nil, checkStop: () throws -> Void = {}
    ) async throws -> TrainingData {
        let (volumes, pseudo) = (snapshot.volumes(in: part), pseudo.map { Dictionary(grouping: $0, by: \.volume) })
        let sets = settings.missingAsBackground ? [] : compositeSets(of: volumes)
        let plan = LabelPlan(organs, rule, compositeSets: sets)
        var found: [TrainingVolume] = []
        var contents: [(volume: RunVolume, kept: Set<LabelContent>)] = []
        for volume in volumes {
            try checkStop()
            let annotations = learnedLabels(of: volume)
            let own = (pseudo?[volume.id] ?? []).filter {
                organs.contains($0.organ) && annotations[$0.organ] == nil
            }
            func content(_ pseudo: [RoundLabel]) -> LabelContent {
                LabelContent(plan, annotations: annotations, composites: composites, pseudo: pseudo)
            }
            found.append(try await trainingVolume(volume, content(own), rule, pseudo: own, sets))
            contents.append((volume, [content(own), content([])]))
        }
        if pseudo != nil { await work.run { [cache, contents] in cache.removeLabels(except: contents) } }
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
