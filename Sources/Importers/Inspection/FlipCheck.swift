internal import Domain
internal import Imaging

/// Finds labels that are mirrored relative to their CT, by the attenuation within soft organs, the edges along their
/// surfaces, and the sides of paired organs (docs/identity.md).
struct FlipCheck {
    /// Organs whose tissue is between −50 and 300 HU in every contrast phase.
    private static let organs: [OrganKey] = [
        "liver", "spleen", "kidney_right", "kidney_left", "kidney", "pancreas",
    ]
    /// The smallest number of labelled samples for a proposal.
    private static let fewest = 400

    private let image: CoarseImage?
    private var evidence = FlipEvidence()

    /// - Parameter image: nil where the image is not a CT; there is no proposal then.
    init(_ image: CoarseImage?) { self.image = image }

    mutating func add(_ volume: LabelVolume, _ meaning: LabelMeaning) {
        guard let image else { return }
        let regions = meaning.regions.filter { Self.organs.contains($0.organ) }
        let values = Set(regions.flatMap(\.values))
        if !values.isEmpty { evidence.add(volume, values: values, on: image) }
    }

    /// The flip that the evidence proposes; nil where the labels match the image, or the evidence is insufficient.
    /// - Parameters:
    ///   - labels: the labels without a flip.
    ///   - isTrusted: whether the label's header matches the image's grid; a flip then only competes with none.
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

    /// Number of measures in favour of `flip` over `other`, less those in favour of `other`; −4 to 4.
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
        let alternative = other == .none ? "without a flip" : "flipped along \(other.rawValue)"
        return
            "\(percent(own.plausible)) % of liver, spleen, kidneys and pancreas are between -50 and 300 HU instead of "
            + "\(percent(rival.plausible)) % \(alternative), "
            + "median \(Int(own.median)) instead of \(Int(rival.median)) HU, "
            + "quartiles \(Int(own.spread)) instead of \(Int(rival.spread)) HU apart, "
            + "\(Int(own.edge)) instead of \(Int(rival.edge)) HU across their surfaces"
    }
}

extension GridDisagreement {
    /// Whether the label has the image's shape and spacing, so that only position or direction differ.
    func mayBeFlipped(_ image: ImageGrid, _ label: ImageGrid) -> Bool {
        switch self {
        case .shape, .crop, .offLattice, .reachesOutside: return false
        case .displaced, .handedness: break
        }
        return (0..<3).allSatisfy { abs(image.spacing[$0] - label.spacing[$0]) <= 0.01 * image.spacing[$0] }
    }

    /// Whether the label's header matches the image's grid, and only the handedness of its storage differs.
    var isOfStorage: Bool {
        if case .handedness = self { true } else { false }
    }
}
