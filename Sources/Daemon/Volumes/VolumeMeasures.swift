internal import Domain
internal import Foundation
internal import Learning

/// What the prediction of a volume measured, by the keys of the organs: the result of its job.
struct VolumeMeasures: Codable, Sendable {
    /// Overlaps with the annotations on the volume's own grid, for a volume of the part validation.
    var overlaps: [String: OverlapCounts]?
    /// The same of the masks with all their parts, and with the largest alone; `overlaps` is one of the two.
    var wholeOverlaps, largestPartOverlaps: [String: OverlapCounts]?
    /// Right and wrong predicted positives by score, for a volume of the part validation.
    var ranking: [String: RankingCounts]?
    /// The confidence that the predicted mask would have as a pseudo label, for a volume of the part validation; an organ that is
    /// not predicted is missing.
    var confidences: [String: Double]?
    /// The soft Dice of each predicted mask, for a volume of the part validation; an organ that is not predicted is missing.
    var softDice: [String: Double]?
    /// Scores of the voxels that can be accepted, for a volume to be relabelled.
    var candidates: [String: ScoreHistogram]?
    /// 1 − Dice with the mask of the round before, for a volume that was relabelled; an organ without such a mask is missing.
    var changes: [String: Double]?

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// - Parameters:
    ///   - whole, largestParts: overlaps on the volume's own grid; the rest is measured on that of training.
    ///   - onePart: indices of the organs of whose masks the largest part alone is kept.
    init(
        _ results: HeldOutPrediction, whole: [OverlapCounts?], largestParts: [OverlapCounts?], onePart: Set<Int>,
        organs: [OrganKey]
    ) {
        let measured = organs.indices.map { onePart.contains($0) ? largestParts[$0] : whole[$0] }
        overlaps = Self.byOrgan(measured, organs)
        wholeOverlaps = Self.byOrgan(whole, organs)
        largestPartOverlaps = Self.byOrgan(largestParts, organs)
        ranking = Self.byOrgan(results.ranking, organs)
        confidences = Self.byOrgan(results.confidences, organs)
        softDice = Self.byOrgan(results.softDice, organs)
    }

    init(changes labels: [JudgedLabel], organs: [OrganKey]) {
        changes = [:]
        for judged in labels { changes?[organs[judged.label.organ].rawValue] = judged.change }
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
        let all = [overlaps, wholeOverlaps, largestPartOverlaps].compactMap(\.self).flatMap(\.values)
        guard all.allSatisfy(\.isPossible), changes?.values.allSatisfy((0...1).contains) ?? true else {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: [], debugDescription: "an overlap is larger than its parts, or a change is no share"))
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
