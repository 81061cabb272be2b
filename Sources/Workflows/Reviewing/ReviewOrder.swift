package import Catalog
internal import Domain

/// A mask to look at, with what is expected of that.
package struct ReviewItem: Sendable, Hashable {
    package let candidate: ReviewCandidate
    /// Expected time.
    package let minutes: Double
    /// Expected benefit per minute, without a unit.
    package let benefit: Double
    /// Why it is worth looking at, most important first.
    package let reasons: [String]
}

/// The order in which masks are looked at: by benefit per minute within an organ, and organ by organ in turn.
///
/// The benefit is doubt and disagreement, divided by the root of the annotations that the organ has. Masks without foreground are left
/// out: looking at them finds little. Deterministic.
package struct ReviewOrder: Sendable {
    /// The doubt of a mask whose quality is not known.
    private static let unknownDoubt = 0.5
    private static let withheldDisagreement = 0.5

    private let items: [ReviewItem]

    package init(_ candidates: [ReviewCandidate]) {
        let sizes = Self.sizes(candidates)
        items = candidates.filter { $0.voxels > 0 }.map { Self.item($0, millilitres: sizes[$0.organ]) }
    }

    /// All items; with a budget, those at the beginning that fit into it.
    package func items(minutes budget: Double? = nil) -> [ReviewItem] {
        let drawn = drawn()
        guard let budget else { return drawn }
        var left = budget
        return Array(
            drawn.prefix { item in
                left -= item.minutes
                return left >= -1e-9
            })
    }

    /// One item of each organ in turn, the organ with the best item first.
    private func drawn() -> [ReviewItem] {
        let organs = Dictionary(grouping: items) { $0.candidate.organ }.values
            .map { $0.sorted(by: Self.isBefore) }
            .sorted { Self.isBefore($0[0], $1[0]) }
        let longest = organs.map(\.count).max() ?? 0
        return (0..<longest).flatMap { round in organs.compactMap { $0.count > round ? $0[round] : nil } }
    }

    private static func isBefore(_ a: ReviewItem, _ b: ReviewItem) -> Bool {
        (-a.benefit, a.candidate.position, a.candidate.volume.rawValue)
            < (-b.benefit, b.candidate.position, b.candidate.volume.rawValue)
    }

    // MARK: - One item

    private static func item(_ candidate: ReviewCandidate, millilitres: Double?) -> ReviewItem {
        let minutes = candidate.medianMinutes ?? defaultMinutes(millilitres)
        let need = 1 / Double(1 + candidate.annotations).squareRoot()
        let benefit = (doubt(candidate) + disagreement(candidate)) * need
        return ReviewItem(
            candidate: candidate, minutes: minutes, benefit: benefit / minutes, reasons: reasons(candidate))
    }

    /// From 2 minutes for the smallest organs to 12.
    private static func defaultMinutes(_ millilitres: Double?) -> Double {
        guard let millilitres else { return 5 }
        return min(12, 2 + millilitres / 150)
    }

    /// The expected error, and half the width of its interval.
    private static func doubt(_ candidate: ReviewCandidate) -> Double {
        guard let quality = candidate.quality else { return unknownDoubt }
        guard let predicted = quality.predicted else { return 1 - quality.softDice }
        return 1 - predicted.dice + (predicted.upper - predicted.lower) / 2
    }

    private static func disagreement(_ candidate: ReviewCandidate) -> Double {
        (candidate.withheld == nil ? 0 : withheldDisagreement) + (change(candidate) ?? 0) / 2
    }

    /// The change of the number of voxels since the round before, as a share of the larger number.
    private static func change(_ candidate: ReviewCandidate) -> Double? {
        guard let before = candidate.voxelsBefore else { return nil }
        return Double(abs(candidate.voxels - before)) / Double(max(candidate.voxels, before))
    }

    private static func reasons(_ candidate: ReviewCandidate) -> [String] {
        var reasons: [String] = []
        if let withheld = candidate.withheld { reasons.append("withheld: \(withheld)") }
        reasons.append(quality(candidate.quality))
        if let change = change(candidate), change >= 0.1 {
            reasons.append("\(Int((100 * change).rounded())) % other size than in the round before")
        }
        let count = candidate.annotations
        reasons.append(count == 1 ? "1 annotation to train on" : "\(count) annotations to train on")
        return reasons
    }

    private static func quality(_ quality: MaskQuality?) -> String {
        func text(_ value: Double) -> String { "\((100 * value).rounded() / 100)" }
        guard let quality else { return "no predicted quality" }
        guard let predicted = quality.predicted else { return "soft Dice \(text(quality.softDice))" }
        return "predicted Dice \(text(predicted.dice)), \(text(predicted.lower)) to \(text(predicted.upper))"
    }

    /// The median volume of each organ's masks in millilitres.
    private static func sizes(_ candidates: [ReviewCandidate]) -> [OrganKey: Double] {
        Dictionary(grouping: candidates) { $0.organ }.compactMapValues { items in
            let sizes = items.compactMap(\.millilitres).sorted()
            return sizes.isEmpty ? nil : sizes[sizes.count / 2]
        }
    }
}
