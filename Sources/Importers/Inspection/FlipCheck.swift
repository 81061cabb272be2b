internal import Domain
internal import Imaging

/// Finds labels that lie mirrored on their image: by what a CT shows under soft organs, by the edges along their surfaces,
/// and by the sides on which organs lie.
struct FlipCheck {
    /// Organs whose tissue lies between −50 and 300 HU whatever the contrast phase.
    private static let organs: [OrganKey] = [
        "liver", "spleen", "kidney_right", "kidney_left", "kidney", "pancreas",
    ]
    /// Below so many samples nothing is said.
    private static let fewest = 400

    private let image: CoarseImage?
    private var evidence = FlipEvidence()

    /// - Parameter image: nil where it is no CT.
    init(_ image: CoarseImage?) { self.image = image }

    mutating func add(_ volume: LabelVolume, _ meaning: LabelMeaning) {
        guard let image else { return }
        let regions = meaning.regions.filter { Self.organs.contains($0.organ) }
        let values = Set(regions.flatMap(\.values))
        if !values.isEmpty { evidence.add(volume, values: values, on: image) }
    }

    /// What the evidence proposes; nil where the labels lie well, or nothing can be said.
    /// - Parameters:
    ///   - labels: as they lie without a turn.
    ///   - isTrusted: whether the label's header puts it on the image's grid, so that only strong evidence moves it.
    func proposal(_ labels: [InspectedLabel], isTrusted: Bool) -> FlipProposal? {
        guard evidence.samples >= Self.fewest else { return nil }
        let sides = LateralityCheck.sides(labels)
        let flips = LabelFlip.allCases
        let best = flips.max { wins($0, sides, flips) < wins($1, sides, flips) } ?? .none
        guard best != .none || !isTrusted else { return nil }
        let rivals = isTrusted ? [.none] : flips.filter { $0 != best }
        let fewest = rivals.map { votes(for: best, over: $0, sides) }.min() ?? 0
        guard fewest > 0, evidence.measure(best).plausible >= 0.6 else { return nil }
        return FlipProposal(
            flip: best, evidence: text(best, over: isTrusted ? .none : next(to: best)),
            isStrong: fewest > (isTrusted ? 1 : 0))
    }

    private func wins(_ flip: LabelFlip, _ sides: LateralityCheck.Sides, _ flips: [LabelFlip]) -> Int {
        flips.reduce(0) { $0 + ($1 == flip ? 0 : votes(for: flip, over: $1, sides)) }
    }

    private func next(to best: LabelFlip) -> LabelFlip {
        LabelFlip.allCases.filter { $0 != best }.max { evidence.measure($0).edge < evidence.measure($1).edge } ?? .none
    }

    /// How many measures speak for a turn and not for the other; negative where more speak for the other.
    private func votes(for flip: LabelFlip, over other: LabelFlip, _ sides: LateralityCheck.Sides) -> Int {
        let (own, rival) = (evidence.measure(flip), evidence.measure(other))
        var votes = 0
        if own.plausible - rival.plausible > 0.1 { votes += 1 }
        if rival.plausible - own.plausible > 0.1 { votes -= 1 }
        if 2 * own.spread < rival.spread { votes += 1 }
        if 2 * rival.spread < own.spread { votes -= 1 }
        if own.edge > 1.25 * rival.edge { votes += 1 }
        if rival.edge > 1.25 * own.edge { votes -= 1 }
        if (flip == .x) != (other == .x) {
            let favoursX = sides.areReversed ? 1 : sides.areInOrder ? -1 : 0
            votes += flip == .x ? favoursX : -favoursX
        }
        return votes
    }

    private func text(_ flip: LabelFlip, over other: LabelFlip) -> String {
        let (own, rival) = (evidence.measure(flip), evidence.measure(other))
        func percent(_ share: Double) -> Int { Int((share * 100).rounded()) }
        let asIs = other == .none ? "as they lie" : "mirrored along \(other.rawValue)"
        return
            "\(percent(own.plausible)) % of liver, spleen, kidneys and pancreas lie between -50 and 300 HU instead of "
            + "\(percent(rival.plausible)) % \(asIs), median \(Int(own.median)) instead of \(Int(rival.median)) HU, "
            + "quartiles \(Int(own.spread)) instead of \(Int(rival.spread)) HU apart, "
            + "\(Int(own.edge)) instead of \(Int(rival.edge)) HU across their surfaces"
    }
}

extension GridDisagreement {
    /// Whether the label has the image's shape and spacing, so that only its place or direction differs.
    func mayBeFlipped(_ image: ImageGrid, _ label: ImageGrid) -> Bool {
        if case .shape = self { return false }
        return (0..<3).allSatisfy { abs(image.spacing[$0] - label.spacing[$0]) <= 0.01 * image.spacing[$0] }
    }

    /// Whether the label's header puts it on the image, and only its order of storage is mirrored.
    var isOfStorage: Bool {
        if case .handedness = self { true } else { false }
    }
}
