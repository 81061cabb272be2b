import Domain
import Imaging
import System
import Testing

@testable import Exporters

/// Exports and training decide alike: the composer agrees with Domain's known-voxel rule wherever the rule decides.
@Suite struct RuleAgreementTests {
    private static let organs: [OrganKey] = ["liver", "spleen", "pancreas", "liver_tumour"]
    private static let shape = GridShape(9, 7, 5)

    @Test(arguments: 0..<40)
    func theComposerAgreesWithTheRule(_ seed: Int) async throws {
        var random = SplitMix64(seed: UInt64(seed))
        let known = Self.organs.map { ($0, Self.label(&random)) }
        let scheme = try LabelScheme(Self.organs)
        let evidence = known.compactMap { organ, label -> OrganEvidence? in
            switch label {
            case .unknown: nil
            case .known(let foreground, let extent, _):
                OrganEvidence(organ: organ, isModelMade: false, hasMask: foreground != nil, extent: extent)
            case .pseudo: OrganEvidence(organ: organ, isModelMade: true, hasMask: true)
            }
        }
        let composed = try await LabelComposer(scheme: scheme).compose(evidence, shape: Self.shape, caseName: "case") {
            organ in
            switch known.first(where: { $0.0 == organ })!.1 {
            case .known(let foreground?, _, _): Mask(foreground: foreground)
            case .pseudo(let foreground, let known): Mask(foreground: foreground, known: known)
            default: fatalError("only evidence with a mask is read")
            }
        }
        let labels = scheme.organs.map { organ in known.first { $0.0 == organ }!.1 }
        compare(composed, scheme, planes(labels, scheme), lesionIsModelMade: labels.last!.isModelMade)
    }

    /// Where the rule decides every organ without a contradiction, the value agrees with it.
    private func compare(
        _ composed: ComposedLabels, _ scheme: LabelScheme, _ planes: [[UInt8]], lesionIsModelMade: Bool
    ) {
        let (liver, lesion) = (0, scheme.organs.count - 1)
        for voxel in 0..<Self.shape.count {
            let known = planes.map { VoxelKnowledge.truth($0[voxel]) }
            let value = Int(composed.values[voxel])
            let positives = scheme.organs.indices.filter { known[$0] == VoxelKnowledge.positive }
            let clash = positives.contains { a in
                positives.contains { b in
                    Ontology.standard.excludes(scheme.organs[a], scheme.organs[b])
                }
            }
            if clash || known.contains(VoxelKnowledge.unknown) { continue }
            // An export drops a pseudo lesion outside an annotated liver; the rule does not cover that case.
            if lesionIsModelMade, known[lesion] == VoxelKnowledge.positive, known[liver] == VoxelKnowledge.negative {
                continue
            }
            for organ in scheme.organs.indices {
                // In an export voxels of a lesion belong to its organ, also where the annotation of the organ leaves them out.
                let isPositive = ([organ] + scheme.parts[organ]).contains { known[$0] == VoxelKnowledge.positive }
                #expect(scheme.region(of: organ).contains(value) == isPositive, "voxel \(voxel), organ \(organ)")
            }
        }
    }

    private func planes(_ labels: [OrganLabel], _ scheme: LabelScheme) -> [[UInt8]] {
        let pairs = scheme.organs.indices.flatMap { a in
            scheme.organs.indices.filter { $0 > a && Ontology.standard.excludes(scheme.organs[a], scheme.organs[$0]) }
                .map { (a, $0) }
        }
        let liver = scheme.organs.firstIndex(of: "liver")!
        let lesion = scheme.organs.firstIndex(of: "liver_tumour")!
        let rule = KnownVoxelRule(
            organCount: labels.count, exclusions: pairs, parts: [(part: lesion, whole: liver)])
        let count = Self.shape.count
        var bytes = [UInt8](repeating: 0, count: labels.count * count)
        var none: [UInt8] = []
        bytes.withUnsafeMutableBufferPointer { planes in
            none.withUnsafeMutableBufferPointer { composites in
                rule.fill(
                    planes, compositePlanes: composites, labels: labels, shape: Self.shape, box: VoxelBox(Self.shape))
            }
        }
        return labels.indices.map { Array(bytes[$0 * count..<($0 + 1) * count]) }
    }

    private static func label(_ random: inout SplitMix64) -> OrganLabel {
        switch Int.random(in: 0..<5, using: &random) {
        case 0: .unknown
        case 1: .known(foreground: nil)
        case 2: .known(foreground: bits(&random, 8))
        case 3:
            .known(
                foreground: bits(&random, 8),
                extent: VoxelBox(lower: Vector3(1, 1, 0), upper: Vector3(8, 6, Int.random(in: 2...5, using: &random))))
        default: .pseudo(foreground: bits(&random, 8), known: bits(&random, 2))
        }
    }

    /// Sets about one voxel in `share`.
    private static func bits(_ random: inout SplitMix64, _ share: Int) -> BitVolume {
        var bits = BitVolume(shape)
        for voxel in 0..<shape.count where Int.random(in: 0..<share, using: &random) == 0 { bits[voxel] = true }
        return bits
    }
}

extension OrganLabel {
    fileprivate var isModelMade: Bool {
        if case .pseudo = self { true } else { false }
    }
}
