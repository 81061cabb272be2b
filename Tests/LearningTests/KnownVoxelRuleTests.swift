import Domain
import Testing

/// Hand-made volumes of a few voxels in a row; organs: 0 liver, 1 left kidney, 2 right kidney, 3 liver tumour.
@Suite struct KnownVoxelRuleTests {
    private let shape = GridShape(6, 1, 1)
    /// All organs exclude each other, except the tumour, which is a part of the liver.
    private let rule = KnownVoxelRule(
        organCount: 4, exclusions: [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3)], parts: [(part: 3, whole: 0)])

    private func planes(
        _ labels: [OrganLabel], composites: [CompositeLabel] = [], box: VoxelBox? = nil
    ) -> (organs: [[UInt8]], composites: [[UInt8]]) {
        let box = box ?? VoxelBox(shape)
        let count = box.shape.count
        let sets = composites.map(\.parts)
        var planes = [UInt8](repeating: 9, count: 4 * count)
        var compositePlanes = [UInt8](repeating: 9, count: sets.count * count)
        planes.withUnsafeMutableBufferPointer { planes in
            compositePlanes.withUnsafeMutableBufferPointer { compositePlanes in
                rule.fill(
                    planes, compositePlanes: compositePlanes, compositeSets: sets, labels: labels,
                    composites: composites,
                    shape: shape,
                    box: box)
            }
        }
        func split(_ all: [UInt8]) -> [[UInt8]] {
            stride(from: 0, to: all.count, by: count).map { Array(all[$0..<$0 + count]) }
        }
        return (split(planes), split(compositePlanes))
    }

    private func bits(_ voxels: Int...) -> BitVolume { BitVolume(shape, voxels: voxels) }

    @Test func nothingLabelledIsNothingKnown() {
        #expect(
            planes([.unknown, .unknown, .unknown, .unknown]).organs == Array(repeating: [0, 0, 0, 0, 0, 0], count: 4))
    }

    @Test func aVoxelOfOneOrganIsAKnownNegativeOfTheOrgansItExcludes() {
        let result = planes([.known(foreground: bits(1, 2)), .unknown, .known(foreground: nil), .unknown]).organs
        #expect(result[0] == [1, 2, 2, 1, 1, 1])
        #expect(result[1] == [0, 1, 1, 0, 0, 0])
        #expect(result[2] == [1, 1, 1, 1, 1, 1])
        #expect(result[3] == [0, 0, 0, 0, 0, 0])
    }

    @Test func outsideItsExtentAnOrganIsUnknown() {
        let extent = VoxelBox(lower: Vector3(1, 0, 0), upper: Vector3(4, 1, 1))
        let result = planes([.known(foreground: bits(2), extent: extent), .unknown, .unknown, .unknown]).organs
        #expect(result[0] == [0, 1, 2, 1, 0, 0])
        #expect(result[1] == [0, 0, 1, 0, 0, 0])
    }

    @Test func outsideItsValidityMaskAnOrganIsUnknownAndExcludesNone() {
        let result = planes([
            .known(foreground: bits(1, 2), known: bits(0, 1, 4)), .unknown, .known(foreground: nil, known: bits(5)),
            .unknown,
        ]).organs
        #expect(result[0] == [1, 2, 0, 0, 1, 0], "voxel 2 is foreground and yet not known")
        #expect(result[1] == [0, 1, 0, 0, 0, 0])
        #expect(result[2] == [0, 1, 0, 0, 0, 1])
    }

    @Test func aCompositeLabelIsUnknownOutsideItsValidityMask() {
        let kidneys = CompositeLabel(parts: [1, 2], foreground: bits(0, 4), known: bits(0, 1))
        let result = planes([.unknown, .unknown, .unknown, .unknown], composites: [kidneys])
        #expect(result.organs[1] == [0, 1, 0, 0, 0, 0] && result.organs[2] == [0, 1, 0, 0, 0, 0])
        #expect(result.composites[0] == [1, 0, 0, 0, 0, 0])
    }

    @Test func outsideTheVolumeEverythingIsUnknown() {
        let box = VoxelBox(lower: Vector3(-2, 0, 0), upper: Vector3(3, 2, 1))
        let result = planes([.known(foreground: bits(0)), .unknown, .unknown, .unknown], box: box).organs
        #expect(result[0] == [0, 0, 2, 1, 1, 0, 0, 0, 0, 0])
    }

    @Test func aCompositeLabelIsZeroForAllPartsAndOpenWhereSet() {
        let kidneys = CompositeLabel(parts: [1, 2], foreground: bits(0, 1, 4))
        let result = planes([.unknown, .unknown, .unknown, .unknown], composites: [kidneys])
        #expect(result.organs[1] == [0, 0, 1, 1, 0, 1])
        #expect(result.organs[2] == [0, 0, 1, 1, 0, 1])
        #expect(result.organs[0] == [1, 1, 0, 0, 1, 0])
        #expect(result.composites[0] == [1, 1, 0, 0, 1, 0])
    }

    @Test func aCompositeLabelIsClosedWhereOnePartIsKnownToBePresent() {
        let kidneys = CompositeLabel(parts: [1, 2], foreground: bits(0, 1, 4))
        let result = planes([.unknown, .known(foreground: bits(0)), .unknown, .unknown], composites: [kidneys])
        #expect(result.organs[1] == [2, 1, 1, 1, 1, 1])
        #expect(result.organs[2] == [1, 0, 1, 1, 0, 1])
        #expect(result.composites[0] == [0, 1, 0, 0, 1, 0])
    }

    @Test func aPositiveOfAPartIsAPositiveOfItsWhole() {
        let result = planes([.unknown, .unknown, .unknown, .known(foreground: bits(3))]).organs
        #expect(result[0] == [0, 0, 0, 2, 0, 0])
        #expect(result[3] == [1, 1, 1, 2, 1, 1])
        #expect(result[1] == [0, 0, 0, 1, 0, 0])
    }

    @Test func aPseudoLabelNeverOverrulesWhatIsKnown() {
        let pseudo = OrganLabel.pseudo(foreground: bits(0, 1, 2), known: bits(1, 2, 5))
        let result = planes([.known(foreground: bits(1)), pseudo, .unknown, .unknown]).organs
        #expect(result[0] == [1, 2, 1, 1, 1, 1])
        let (negative, positive) = (
            VoxelKnowledge.negative | VoxelKnowledge.pseudo, VoxelKnowledge.positive | VoxelKnowledge.pseudo
        )
        #expect(result[1] == [0, 1, positive, 0, 0, negative])
        #expect(result[2] == [0, 1, negative, 0, 0, 0])
    }

    @Test func longRowsCrossWordsOfBits() {
        let long = GridShape(70, 3, 2)
        let foreground = BitVolume(long) { x, y, z in (x * 7 + y * 3 + z) % 5 == 0 }
        let box = VoxelBox(lower: Vector3(3, 1, 0), upper: Vector3(69, 3, 2))
        let one = KnownVoxelRule(organCount: 1, exclusions: [])
        var plane = [UInt8](repeating: 0, count: box.shape.count)
        plane.withUnsafeMutableBufferPointer {
            one.fill(
                $0, compositePlanes: .init(start: nil, count: 0), labels: [.known(foreground: foreground)], shape: long,
                box: box)
        }
        let expected = (0..<2).flatMap { z in
            (1..<3).flatMap { y in (3..<69).map { x in foreground[x, y, z] ? UInt8(2) : 1 } }
        }
        #expect(plane == expected)
    }
}
