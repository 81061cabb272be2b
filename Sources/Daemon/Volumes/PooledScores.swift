internal import Domain
internal import Learning

/// The scores of the voxels that can be accepted, over all volumes of a round.
struct PooledScores {
    private var byOrgan: [String: ScoreHistogram] = [:]

    mutating func add(_ measures: VolumeMeasures) {
        for (organ, scores) in measures.candidates ?? [:] { byOrgan[organ, default: ScoreHistogram()].add(scores) }
    }

    /// In the order of the organs; nil for an organ that is relabelled nowhere.
    func histograms(of organs: [OrganKey]) -> [ScoreHistogram?] { organs.map { byOrgan[$0.rawValue] } }
}
