import Domain
import Testing

@testable import Catalog
@testable import Daemon

/// The names of cached labels differ where the labels can.
@Suite struct LabelContentTests {
    private static let organs: [OrganKey] = ["liver", "spleen", "left_kidney"]
    private static let rule = KnownVoxelRule(organCount: 3, exclusions: [(0, 1)])
    private static let plan = LabelPlan(organs, rule, compositeSets: [[0, 2]])

    private static func mask(_ content: UInt8) -> MaskLocation {
        let digest = Digest(bytes: [UInt8](repeating: content, count: 32))
        return MaskLocation(mask: MaskID(Int64(content)), content: digest, object: digest, offset: 0, length: 1)
    }

    private static func label(_ organ: OrganKey, _ mask: MaskLocation?, extent: VoxelBox? = nil) -> RunLabel {
        RunLabel(volume: VolumeID(1), part: .train, organ: organ, extent: extent, mask: mask)
    }

    private static func key(
        _ labels: [RunLabel], composites: [OrganKey: [Int]] = ["kidneys": [0, 2]], pseudo: [RoundLabel] = []
    ) -> String {
        LabelContent(
            plan, annotations: Dictionary(labels.map { ($0.organ, $0) }) { first, _ in first }, composites: composites,
            pseudo: pseudo
        ).key
    }

    private static func pseudo(_ organ: OrganKey, _ mask: MaskLocation) -> RoundLabel {
        RoundLabel(volume: VolumeID(1), organ: organ, confidence: 0.5, mask: mask, isEarlier: false)
    }

    @Test func otherLabelsHaveOtherNames() {
        let box = VoxelBox(lower: .zero, upper: Vector3(4, 4, 4))
        let larger = VoxelBox(lower: .zero, upper: Vector3(4, 4, 5))
        let keys = [
            Self.key([]), Self.key([Self.label("liver", Self.mask(1))]), Self.key([Self.label("liver", Self.mask(2))]),
            Self.key([Self.label("liver", nil)]), Self.key([Self.label("liver", Self.mask(1), extent: box)]),
            Self.key([Self.label("liver", Self.mask(1), extent: larger)]),
            Self.key([Self.label("spleen", Self.mask(1))]),
            Self.key([], pseudo: [Self.pseudo("liver", Self.mask(1))]),
            Self.key([Self.label("spleen", nil)], pseudo: [Self.pseudo("liver", Self.mask(1))]),
            Self.key([Self.label("kidneys", Self.mask(1))]),
            Self.key([Self.label("kidneys", Self.mask(1))], composites: ["kidneys": [1, 2]]),
        ]
        #expect(Set(keys).count == keys.count)
        let two = [Self.label("liver", Self.mask(1)), Self.label("spleen", Self.mask(2))]
        #expect(Self.key(two) == Self.key(two.reversed()))
    }

    @Test func otherPlansHaveOtherNames() {
        let reordered: [OrganKey] = ["spleen", "liver", "left_kidney"]
        let plans = [
            Self.plan, LabelPlan(reordered, Self.rule, compositeSets: [[0, 2]]),
            LabelPlan(Self.organs, Self.rule, compositeSets: []),
            LabelPlan(Self.organs, Self.rule, compositeSets: [[0, 2], [1, 2]]),
            LabelPlan(Self.organs, KnownVoxelRule(organCount: 3, exclusions: [(0, 2)]), compositeSets: [[0, 2]]),
            LabelPlan(
                Self.organs, KnownVoxelRule(organCount: 3, exclusions: [(0, 1)], parts: [(1, 2)]),
                compositeSets: [[0, 2]]),
        ]
        #expect(Set(plans.map(\.key)).count == plans.count)
    }
}
