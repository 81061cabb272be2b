internal import Batches
internal import Domain
internal import Trainers

extension TrainerJob.Case {
    /// - Parameters:
    ///   - image: the file of the image on the grid of training.
    ///   - labels, logits: files, where the stage has them.
    init(_ item: TrainingCase, modality: String, image: String, labels: String? = nil, logits: String? = nil) {
        self.init(
            volume: item.volume.rawValue, shape: [item.shape.x, item.shape.y, item.shape.z],
            spacing: [item.spacing.x, item.spacing.y, item.spacing.z], modality: modality, image: image,
            intensity: TrainerJob.Intensity(item.image.codes, item.normalisation), labels: labels, logits: logits)
    }
}

extension TrainerJob.Intensity {
    init(_ codes: IntensityCodes, _ map: IntensityMap) {
        self.init(
            scale: codes.scale, offset: codes.offset, low: Double(map.low), high: Double(map.high),
            mean: Double(map.mean), deviation: 1 / Double(map.inverseDeviation), outside: Double(map.outside))
    }
}

extension KnownVoxelRule {
    /// Pairs of organs that exclude each other, each once.
    func exclusions(of organs: [OrganKey]) -> [[String]] {
        organs.indices.flatMap { organ in
            excluded(by: organ).filter { $0 > organ }.map { [organs[organ].rawValue, organs[$0].rawValue] }
        }
    }
}
