internal import Catalog
internal import Domain
internal import Imaging
internal import Learning
internal import Objects
internal import Rounds
internal import Tensors

extension LearningWorker: RoundRelabeller {
    func pending(_ context: RoundContext) async throws -> [VolumeID] {
        let staged = try await catalog.stagedVolumes(of: rounds.roundID(context.round.number))
        let organs = organsToRelabel(context)
        return library.volumes(in: .train).map(\.id).filter { volume in
            !staged.contains(volume) && organs.contains { !library.knows($0, in: volume) }
        }
    }

    func relabel(_ volume: VolumeID, _ context: RoundContext) async throws -> Int {
        guard let found = library.volumes[volume], let gamma = context.round.relabelling?.gamma else {
            preconditionFailure("a round relabels volumes of its run, as it decided")
        }
        let item = try await makeCase(found)
        let prediction = try await predict(item, context.round)
        let pool = settings.rankingPool == .round ? try await pooledScores(context) : nil
        let labels = try await relabel(item, prediction, gamma: gamma, context, pool)
        try await stage(labels, found, context)
        return labels.count
    }

    private func organsToRelabel(_ context: RoundContext) -> [OrganKey] {
        (context.round.relabelling?.organs ?? []).map { OrganKey($0) }
    }

    private func makeCase(_ volume: RunVolume) async throws -> TrainingCase {
        let library = library
        return try await thread.run { try library.makeCase(volume) }
    }

    private func relabel(
        _ item: TrainingCase, _ prediction: Prediction, gamma: Double, _ context: RoundContext,
        _ pool: [ScoreHistogram?]?
    ) async throws -> [PseudoLabel] {
        let (wanted, organs, next) = (Set(organsToRelabel(context)), library.organs, context.round.number + 1)
        let relabeller = Relabeller(rule: rule, settings: settings)
        return try await thread.run {
            relabeller.relabel(item, prediction, gamma: gamma, round: next, pooled: pool)
                .filter { wanted.contains(organs[$0.organ]) }
        }
    }

    /// Scores of all volumes that the round relabels, staged ones too, so that a restart ranks the same.
    private func pooledScores(_ context: RoundContext) async throws -> [ScoreHistogram?] {
        if let pooled, pooled.round == context.round.number { return pooled.histograms }
        let relabeller = Relabeller(rule: rule, settings: settings)
        var sum: [ScoreHistogram?] = Array(repeating: nil, count: plan.organs.count)
        for volume in library.volumes(in: .train) {
            try context.checkStop()
            let item = try await makeCase(volume)
            let prediction = try await predict(item, context.round)
            let scores = try await thread.run { relabeller.histograms(item, prediction) }
            for (organ, score) in scores.enumerated() {
                guard let score else { continue }
                var merged = sum[organ] ?? ScoreHistogram()
                merged.merge(score)
                sum[organ] = merged
            }
        }
        pooled = (context.round.number, sum)
        return sum
    }

    /// All masks of the volume lie in one object.
    private func stage(_ labels: [PseudoLabel], _ volume: RunVolume, _ context: RoundContext) async throws {
        let round = await rounds.roundID(context.round.number)
        guard let checkpoint = try await catalog.checkpoint(of: round, kind: .network) else {
            throw RoundsError.unrecoverable(reason: "the checkpoint of round \(context.round.number) is not recorded")
        }
        let (grid, organs, store) = (library.grid(of: volume), library.organs, store)
        try await rounds.fenced {
            try await catalog.stage(rounds.claim, round: round, checkpoint: checkpoint.id, volume: volume.id) {
                try await thread.run { try labels.pack(on: grid, organs: organs, into: store) }
            }
        }
    }
}

extension [PseudoLabel] {
    /// Encodes the labels on the volume's own grid and stores them as one object. Blocks.
    fileprivate func pack(
        on grid: TrainingGrid, organs: [OrganKey], into store: ObjectFolder
    ) throws -> [StagedMask] {
        guard !isEmpty else { return [] }
        var packer = ObjectPacker()
        let encoded = map { label in
            let (foreground, known) = (grid.up(label.foreground), grid.up(label.known))
            let mask = MaskCodec.encode(foreground: foreground, known: known)
            return (label, mask, packer.append(mask.bytes), known.population)
        }
        let object = try store.put(packer.finish())
        return encoded.map { label, mask, entry, known in
            StagedMask(
                organ: organs[label.organ],
                mask: StoredMask(
                    content: mask.contentHash, object: object.digest, objectBytes: object.size, offset: entry.offset,
                    length: entry.length, voxels: mask.voxels, knownVoxels: known, box: mask.box),
                confidence: label.confidence)
        }
    }
}
