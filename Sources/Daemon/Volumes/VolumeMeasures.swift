internal import Domain
internal import Foundation
internal import Learning

/// What the prediction of a volume measured, by the keys of the organs: the result of its job.
struct VolumeMeasures: Codable, Sendable {
    /// Overlaps with the annotations on the volume's own grid, for a volume of the part validation.
    var overlaps: [String: OverlapCounts]?
    /// Right and wrong predicted positives by score, for a volume of the part validation.
    var ranking: [String: RankingCounts]?
    /// The confidence that the predicted mask would have as a pseudo label, for a volume of the part validation; an organ that is
    /// not predicted is missing.
    var confidences: [String: Double]?
    /// The soft Dice of each predicted mask, for a volume of the part validation; an organ that is not predicted is missing.
    var softDice: [String: Double]?
    /// Scores of the voxels that can be accepted, for a volume to be relabelled.
    var candidates: [String: ScoreHistogram]?

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// - Parameter overlaps: on the volume's own grid; the rest is measured on that of training.
    init(
        overlaps: [OverlapCounts?], ranking: RankingQuality, confidences: [Double?], softDice: [Double?],
        organs: [OrganKey]
    ) {
        self.overlaps = Self.byOrgan(overlaps, organs)
        self.ranking = Self.byOrgan(ranking.counts, organs)
        self.confidences = Self.byOrgan(confidences, organs)
        self.softDice = Self.byOrgan(softDice, organs)
    }

    init(_ candidates: [LabelCandidate], organs: [OrganKey]) {
        self.candidates = Dictionary(
            uniqueKeysWithValues: candidates.map { (organs[$0.organ].rawValue, $0.histogram) })
    }

    /// A volume that is no longer one of the run: nothing was measured.
    init() {}

    /// - Throws: `DecodingError`, also for overlaps that cannot be.
    init(json: String) throws {
        self = try JSONDecoder().decode(VolumeMeasures.self, from: Data(json.utf8))
        guard overlaps?.values.allSatisfy(\.isPossible) ?? true else {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(codingPath: [], debugDescription: "an overlap is larger than its parts"))
        }
    }

    private static func byOrgan<T>(_ values: [T?], _ organs: [OrganKey]) -> [String: T] {
        var named: [String: T] = [:]
        for (organ, value) in zip(organs, values) { named[organ.rawValue] = value }
        return named
    }
}

extension OverlapCounts {
    fileprivate var isPossible: Bool {
        let volume = 0...(1 << 40)
        return volume.contains(predicted) && volume.contains(truth) && (0...min(predicted, truth)).contains(both)
    }
}
