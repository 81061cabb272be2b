import Domain
import Imaging
import TestSupport
import Testing

@testable import Numerics

/// Two balls, and masks that are not such a pair. The volume is 100 x 40 x 30 voxels of 3 mm; x grows to the right.
@Suite struct SidePartitionTests {
    private static let shape = GridShape(100, 40, 30)
    private static let affine = Affine.scaling(Vector3(repeating: 3), origin: Vector3(-150, -60, -45))

    private func balls(_ balls: (x: Int, radius: Int)...) -> BitVolume {
        var mask = BitVolume(Self.shape)
        for (centre, radius) in balls {
            for z in 15 - radius...15 + radius {
                for y in 20 - radius...20 + radius {
                    for x in max(0, centre - radius)...min(99, centre + radius) {
                        let square = (x - centre) * (x - centre) + (y - 20) * (y - 20) + (z - 15) * (z - 15)
                        if square <= radius * radius { mask[x, y, z] = true }
                    }
                }
            }
        }
        return mask
    }

    private func refusal(_ mask: BitVolume, _ affine: Affine = affine) -> SidePartition.Refusal? {
        do {
            _ = try SidePartition(mask, affine: affine)
            return nil
        } catch {
            return error
        }
    }

    @Test func twoBallsAreLeftAndRight() throws {
        let found = try SidePartition(balls((30, 8), (72, 10)), affine: Self.affine)
        #expect(found.right == balls((72, 10)))
        #expect(found.left == balls((30, 8)))
        #expect(found.remnants == (0, 0))
    }

    /// World coordinates determine the side, also with a mirrored or rotated axis.
    @Test func worldCoordinatesDetermineTheSide() throws {
        var mirrored = Self.affine
        mirrored.columns[0] = Vector3(-3, 0, 0)
        mirrored.translation = Vector3(150, -60, -45)
        let found = try SidePartition(balls((30, 8), (72, 10)), affine: mirrored)
        #expect(found.right == balls((30, 8)))
        var oblique = Self.affine
        oblique.columns = [Vector3(2.9, 0.8, 0), Vector3(-0.8, 2.9, 0), Vector3(0, 0, 3)]
        #expect(try SidePartition(balls((30, 8), (72, 10)), affine: oblique).right == balls((72, 10)))
    }

    @Test func smallPartsAreAssignedToTheSideOfTheirCentroid() throws {
        var mask = balls((30, 8), (72, 10))
        let splinters = [(55, 2, 2), (48, 2, 2), (3, 3, 3)]
        for (x, y, z) in splinters { mask[x, y, z] = true }
        let found = try SidePartition(mask, affine: Self.affine)
        #expect(found.remnants == (3, 3))
        #expect(splinters.map { found.right[$0.0, $0.1, $0.2] } == [true, false, false])
        var both = found.left
        both.formUnion(found.right)
        #expect(both == mask)
        #expect(found.left.population + found.right.population == mask.population)
    }

    @Test func otherMasksThanPairsAreRefused() {
        #expect(refusal(BitVolume(Self.shape)) == .empty)
        #expect(refusal(balls((72, 10))) == .onePart)
        #expect(refusal(balls((45, 10), (60, 10))) == .onePart, "they touch")
        #expect(refusal(balls((15, 8), (50, 8), (85, 8))) == .parts(3))
        guard case .unequal? = refusal(balls((30, 5), (72, 12))) else { return #expect(Bool(false), "not comparable") }
        guard case .beyondMidline? = refusal(balls((8, 7), (28, 7))) else {
            return #expect(Bool(false), "both are on the left of the volume")
        }
    }

    /// A label file with the values of an organ's right and left side.
    struct SidesOfAFile: Sendable {
        let file: String
        let right: Set<Int>
        let left: Set<Int>

        init(_ file: String, right: Set<Int>, left: Set<Int>) {
            (self.file, self.right, self.left) = (file, right, left)
        }
    }

    private static let amos = "uni-medical__SAM-Med3D/test_data/amos_val_toy_data/labelsVa/amos_0013.nii.gz"
    private static let total = "wasserth__TotalSegmentator/tests/reference_files/example_seg"
    private static let touching = "\(total)_fast_force_split.nii.gz"

    /// Sides that people and models drew, put together and split again, on the real files.
    @Test(arguments: [
        SidesOfAFile(amos, right: [2], left: [3]), SidesOfAFile(amos, right: [11], left: [12]),
        SidesOfAFile("\(total).nii.gz", right: [2], left: [3]), SidesOfAFile("\(total).nii.gz", right: [8], left: [9]),
        SidesOfAFile("\(total).nii.gz", right: [13, 14], left: [10, 11]),
        SidesOfAFile("\(total).nii.gz", right: [87], left: [86]),
        SidesOfAFile("\(total).nii.gz", right: [89], left: [88]),
        SidesOfAFile("\(total)_mr.nii.gz", right: [2], left: [3]),
    ]) func realSidesComeBackVoxelForVoxel(sides: SidesOfAFile) throws { try expectThatTheyComeBack(sides) }

    @Test(.needsRealData(touching)) func realKidneysBesideTouchingHipsComeBackVoxelForVoxel() throws {
        try expectThatTheyComeBack(SidesOfAFile(Self.touching, right: [2], left: [3]))
    }

    private func expectThatTheyComeBack(_ sides: SidesOfAFile) throws {
        let labels = try NIfTIReader().readLabels(RealData.path(sides.file))
        let both = labels.mask(of: sides.right.union(sides.left))
        let found = try SidePartition(both, affine: labels.grid.canonicalAffine)
        #expect(found.right == labels.mask(of: sides.right))
        #expect(found.left == labels.mask(of: sides.left))
    }

    /// Both hip bones touch in this file.
    @Test(.needsRealData(touching)) func realSidesThatTouchAreRefused() throws {
        let labels = try NIfTIReader().readLabels(RealData.path(Self.touching))
        #expect(refusal(labels.mask(of: [77, 78]), labels.grid.canonicalAffine) == .onePart)
    }

    /// One above the other: the same side twice, such as two pieces of one organ.
    @Test func partsThatAreNotBesideEachOtherAreRefused() {
        var mask = BitVolume(Self.shape)
        for z in [5, 24] {
            for y in 10...20 { for x in 40...50 { for dz in -3...3 { mask[x + (z == 5 ? 2 : 0), y, z + dz] = true } } }
        }
        #expect(refusal(mask) == .notBeside(millimetres: 6))
    }

    @Test func aPartThatReachesAcrossThePlaneIsRefused() {
        var mask = balls((72, 10))
        // A bar below that begins far on the left and ends under the ball.
        for x in 2...70 { for y in 15...25 { for z in 0...2 { mask[x, y, z] = true } } }
        guard case .acrossPlane(let share)? = refusal(mask) else {
            return #expect(Bool(false), "it is on both sides")
        }
        #expect(share < 0.95)
    }

    @Test func manySmallPartsAreRefused() {
        var mask = balls((30, 6), (72, 6))
        for z in [2, 5, 24, 27] {
            for x in stride(from: 2, to: 98, by: 4) { for y in [2, 5] { mask[x, y, z] = true } }
        }
        guard case .remnants(let share)? = refusal(mask) else { return #expect(Bool(false), "too many") }
        #expect(share > 0.05)
    }
}
