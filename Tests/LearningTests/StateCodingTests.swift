import Batches
import Domain
import Learning
import System
import Testing

/// Labels are coded as voxel by voxel, with the same codes, whatever they consist of.
@Suite struct StateCodingTests {
    /// Of less than a word, of whole words, of words across rows and slices, and of more voxels than are divided into runs at a time.
    private static let shapes = [
        GridShape(1, 1, 1), GridShape(3, 2, 1), GridShape(21, 3, 1), GridShape(64, 1, 1), GridShape(65, 1, 3),
        GridShape(32, 8, 4), GridShape(70, 9, 7), GridShape(130, 33, 17),
    ]

    enum Kind: CaseIterable { case blobs, blocks, noise }

    /// A volume with labels of every kind, composite labels, organs that exclude each other, and parts of organs.
    struct RandomVolume {
        let shape: GridShape
        let rule: KnownVoxelRule
        let compositeSets: [[Int]]
        private let kind: Kind
        private var random: CounterRandom

        init(_ shape: GridShape, organs: Int, _ kind: Kind, seed: UInt64) {
            (self.shape, self.kind, random) = (shape, kind, CounterRandom(seed))
            rule = KnownVoxelRule(
                organCount: organs, exclusions: organs > 4 ? [(0, 1), (1, 3), (2, 3)] : [],
                parts: organs > 4 ? [(part: 4, whole: 0)] : [])
            compositeSets = organs > 4 ? [[0, 3], [1, 2]] : []
        }

        private mutating func chance(_ share: Double) -> Bool { random.unit() < share }

        private mutating func corner() -> Vector3<Int> {
            Vector3(random.index(below: shape.x), random.index(below: shape.y), random.index(below: shape.z))
        }

        private mutating func box() -> VoxelBox {
            let (one, other) = (corner(), corner())
            return VoxelBox(
                lower: Vector3((0..<3).map { min(one[$0], other[$0]) }),
                upper: Vector3((0..<3).map { max(one[$0], other[$0]) + (chance(0.5) ? 1 : 0) }))
        }

        private mutating func mask() -> BitVolume {
            switch kind {
            case .blobs:
                let middle = corner()
                return BitVolume(shape) {
                    abs($0 - middle.x) + 2 * abs($1 - middle.y) + 2 * abs($2 - middle.z) < shape.x / 3 + 2
                }
            case .blocks: return BitVolume(shape, filling: box())
            case .noise: return BitVolume(shape, words: (0..<(shape.count + 63) / 64).map { _ in random.next() })
            }
        }

        private mutating func mask(_ share: Double) -> BitVolume? { chance(share) ? mask() : nil }

        mutating func annotations() -> [OrganLabel] {
            (0..<rule.organCount).map { _ in
                guard chance(0.5) else { return .unknown }
                return .known(foreground: mask(0.8), extent: chance(0.3) ? box() : nil, known: mask(0.3))
            }
        }

        /// Pseudo labels of organs without an annotation.
        mutating func pseudo(_ annotations: [OrganLabel]) -> [Int: OrganLabel] {
            var pseudo: [Int: OrganLabel] = [:]
            for organ in annotations.indices where annotations[organ] == .unknown && chance(0.8) {
                pseudo[organ] = .pseudo(foreground: mask(), known: mask(0.8))
            }
            return pseudo
        }

        /// The last one is of no set of the training.
        mutating func composites() -> [CompositeLabel] {
            (compositeSets + (rule.organCount > 4 ? [[2, 4]] : [])).map { parts in
                CompositeLabel(
                    parts: parts, foreground: mask(0.8), extent: chance(0.3) ? box() : nil, known: mask(0.3))
            }
        }
    }

    @Test(arguments: shapes, Kind.allCases)
    func labelsAreCodedAsVoxelByVoxel(shape: GridShape, kind: Kind) throws {
        for organs in [1, 5, 13] + (shape.count > 10_000 ? [] : [60]) {
            var volume = RandomVolume(shape, organs: organs, kind, seed: UInt64(shape.count + organs))
            let (annotations, composites) = (volume.annotations(), volume.composites())
            let pseudo = volume.pseudo(annotations)
            func labels(_ labels: [OrganLabel]) -> VolumeLabels {
                VolumeLabels(VolumeID(1), shape, labels: labels, composites: composites)
            }
            let all = labels(annotations.enumerated().map { pseudo[$0] ?? $1 })
            let coded = try TrainingLabels(all, rule: volume.rule, compositeSets: volume.compositeSets)
            let wanted = ReferenceCoding(all, rule: volume.rule, compositeSets: volume.compositeSets)
            #expect(coded.states.groups.map(ReferenceCoding.Group.init) == wanted.groups, "\(organs) organs")
            #expect(coded.counts == all.labels.map { Self.counts($0, shape) })
            for (places, label) in zip(coded.places, all.labels) {
                #expect(places.withValues(Array.init) == Self.places(label, shape))
            }
            let added = try TrainingLabels(
                labels(annotations), rule: volume.rule, compositeSets: volume.compositeSets
            ).adding(pseudo, rule: volume.rule, compositeSets: volume.compositeSets)
            let (one, other) = (added.withBytes { $0.map(Array.init) }, coded.withBytes { $0.map(Array.init) })
            #expect(one == other, "the same file for \(organs) organs")
        }
    }

    /// More combinations than the table has room for at first.
    @Test func combinationsMayBeMany() throws {
        let shape = GridShape(410, 320, 1)
        var volume = RandomVolume(shape, organs: 13, .noise, seed: 7)
        let labels = VolumeLabels(
            VolumeID(1), shape, labels: (0..<13).map { _ in volume.pseudo([.unknown])[0] ?? .unknown })
        let coded = try TrainingLabels(labels, rule: volume.rule, compositeSets: volume.compositeSets)
        let wanted = ReferenceCoding(labels, rule: volume.rule, compositeSets: volume.compositeSets)
        #expect(coded.states.groups.map(ReferenceCoding.Group.init) == wanted.groups)
    }

    private static func accepted(_ label: OrganLabel, _ shape: GridShape) -> (known: [Int], positive: [Int]) {
        let all = 0..<shape.count
        switch label {
        case .known(let mask, let extent, let validity):
            let within = validity ?? extent.map { BitVolume(shape, filling: $0) }
            return (
                all.filter { within?[$0] ?? true }, all.filter { mask?[$0] == true && (validity?[$0] ?? true) }
            )
        case .pseudo(let mask, let validity):
            let known = all.filter { validity?[$0] ?? true }
            return (known, known.filter { mask[$0] })
        case .unknown: return ([], [])
        }
    }

    private static func counts(_ label: OrganLabel, _ shape: GridShape) -> VolumeOutline.Counts {
        let (known, positive) = accepted(label, shape)
        return VolumeOutline.Counts(positive: positive.count, known: known.count)
    }

    private static func places(_ label: OrganLabel, _ shape: GridShape) -> [Int32] {
        let voxels = accepted(label, shape).positive
        return stride(from: 0, to: voxels.count, by: max(1, voxels.count / 4096)).map { Int32(voxels[$0]) }
    }
}
