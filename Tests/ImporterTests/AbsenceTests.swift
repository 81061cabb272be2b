import Domain
import Imaging
import Importers
import Testing

/// An organ that nearly everybody has is warned of where it is recorded as absent and the image contains its usual place.
@Suite struct AbsenceTests {
    private static let labels =
        #""background":0,"liver":1,"kidney_left":2,"pancreas":3,"gallbladder":4,"urinary_bladder":5,"adrenal_gland_left":6"#

    /// The image is 320 mm high.
    private static func tree(liver: Range<Int>, kidney: Range<Int>, others: [(value: Int, box: VoxelBox)] = []) throws
        -> Tree
    {
        let grid = ImageGrid(
            canonicalShape: GridShape(16, 12, 40),
            canonicalAffine: .scaling(Vector3(20, 20, 8), origin: Vector3(-150, -110, -160)),
            storedAs: try #require(Orientation("RAS")))
        let tree = Tree()
        try tree.write(
            #"{"channel_names":{"0":"CT"},"labels":{\#(labels)},"file_ending":".nii.gz"}"#, to: "dataset.json")
        try tree.image("imagesTr/c_0000.nii.gz", on: grid)
        let boxes = [
            (1, VoxelBox(lower: Vector3(9, 3, liver.lowerBound), upper: Vector3(15, 9, liver.upperBound))),
            (2, VoxelBox(lower: Vector3(4, 3, kidney.lowerBound), upper: Vector3(7, 6, kidney.upperBound))),
        ]
        try tree.label("labelsTr/c.nii.gz", boxes + others, on: grid)
        return tree
    }

    private static func warned(_ tree: Tree) throws -> [String] {
        try inspected(tree).findings.filter { $0.kind == .absence }.map { String($0.problem.prefix { $0 != " " }) }
    }

    @Test func betweenLiverAndKidneyThereIsAPancreas() throws {
        #expect(try Self.warned(try Self.tree(liver: 18..<34, kidney: 12..<24)) == ["pancreas", "adrenal_gland_left"])
    }

    @Test func whatIsBeyondTheImageIsNotMissed() throws {
        // The kidney is cut at the lower border: the image may end above the pancreas.
        #expect(try Self.warned(try Self.tree(liver: 18..<34, kidney: 0..<24)) == ["adrenal_gland_left"])
    }

    @Test func aLabelledOrganIsNotMissed() throws {
        let pancreas = VoxelBox(lower: Vector3(6, 6, 16), upper: Vector3(10, 8, 18))
        let tree = try Self.tree(liver: 18..<34, kidney: 12..<24, others: [(3, pancreas)])
        #expect(try Self.warned(tree) == ["adrenal_gland_left"])
    }

    @Test func labelsThatAreNotOfAPersonShowNothing() throws {
        // Liver and kidney within 24 mm.
        #expect(try Self.warned(try Self.tree(liver: 20..<22, kidney: 19..<20)) == [])
        // The kidney is above the liver.
        #expect(try Self.warned(try Self.tree(liver: 4..<12, kidney: 30..<36)) == [])
    }

    @Test func everyPlaceBelongsToAnOrganAndContainsItsCores() {
        for organ in Ontology.standard.organs {
            guard let place = BodyPlace.of(organ.key) else { continue }
            #expect(!organ.isLesion && !place.cores.isEmpty, "\(organ.key)")
        }
        #expect(Ontology.standard.organs.count { BodyPlace.of($0.key) != nil } == 33)
        for organ: OrganKey in ["gallbladder", "uterus", "prostate", "thyroid_gland"] {
            #expect(BodyPlace.of(organ) == nil)
        }
    }
}
