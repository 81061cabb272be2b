import Domain
import Imaging
import Importers
import Testing

/// Label files that say nothing, or the same everywhere, are quarantined: nothing becomes absent by mistake.
@Suite struct EmptyLabelTests {
    private static func tree(
        _ boxes: [(value: Int, box: VoxelBox)],
        labels: String = #""background":0,"liver":1,"spleen":2,"GTV":3,"ignore":9"#
    ) throws -> Tree {
        let tree = Tree()
        try tree.write(
            #"{"channel_names":{"0":"CT"},"labels":{\#(labels)},"file_ending":".nii.gz"}"#, to: "dataset.json")
        try tree.image("imagesTr/c_0000.nii.gz")
        try tree.label("labelsTr/c.nii.gz", boxes)
        return tree
    }

    private static let everything = VoxelBox(lower: Vector3(0, 0, 0), upper: Vector3(16, 12, 10))

    private static func refusal(_ tree: Tree) -> EmptyLabels? {
        guard case .emptyLabels(_, "c", let found)? = importError({ _ = try inspected(tree) }) else { return nil }
        return found
    }

    @Test func aMapWithoutVoxelsIsQuarantinedUnlessAccepted() throws {
        let tree = try Self.tree([])
        #expect(Self.refusal(tree) == .organs(["liver", "spleen"]))
        var options = ImportOptions()
        options.accepted = [try #require(Acceptance("empty:c"))]
        #expect(try inspected(tree, options).labels.map(\.status) == [.absent, .absent])
    }

    @Test func aMapOfIgnoredOrUnmappedVoxelsIsQuarantined() throws {
        #expect(Self.refusal(try Self.tree([(9, Self.everything)])) == .constant(9))
        let left = VoxelBox(lower: Vector3(0, 0, 0), upper: Vector3(8, 12, 10))
        #expect(Self.refusal(try Self.tree([(9, Self.everything), (3, left)])) == .unknown)
        #expect(Self.refusal(try Self.tree([(3, Boxes.liver)])) == .organs(["liver", "spleen"]))
    }

    @Test func oneValueEverywhereIsQuarantined() throws {
        let tree = try Self.tree([(1, Self.everything)])
        #expect(Self.refusal(tree) == .constant(1))
        let error = try #require(importError { _ = try inspected(tree) })
        #expect(error.quarantines && error.problem.contains("1") && error.remedy.contains("--accept empty:c"))
    }

    @Test func aLesionAloneMayBeAbsentAndAnOrganAloneIsWarnedOf() throws {
        let lesion = try inspected(try Self.tree([], labels: #""background":0,"liver_tumour":1"#))
        #expect(lesion["liver_tumour"]?.status == .absent && lesion.findings.isEmpty)
        let organ = try inspected(try Self.tree([], labels: #""background":0,"pancreas":1"#))
        #expect(organ["pancreas"]?.status == .absent && organ.kinds == [.absence])
        let rare = try inspected(try Self.tree([], labels: #""background":0,"gallbladder":1"#))
        #expect(rare.findings.isEmpty)
    }

    @Test func aClassFileOfOneValueEverywhereIsQuarantined() throws {
        let tree = try Tree.totalSegmentator()
        try tree.label("s0001/segmentations/liver.nii.gz", [(1, Self.everything)])
        guard
            case .emptyLabels("s0001/segmentations/liver.nii.gz", "s0001", .constant(1))? = importError({
                _ = try inspected(tree)
            })
        else {
            Issue.record("accepted")
            return
        }
    }
}
