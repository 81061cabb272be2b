import Domain
import Imaging
import Importers
import Testing

/// Label values against the ontology.
@Suite struct MeaningTests {
    private static func nnunet(_ labels: String, _ boxes: [(value: Int, box: VoxelBox)]) throws -> Tree {
        let tree = Tree()
        try tree.write(#"{"channel_names":{"0":"CT"},"labels":\#(labels),"file_ending":".nii.gz"}"#, to: "dataset.json")
        try tree.image("imagesTr/a_0000.nii.gz")
        try tree.label("labelsTr/a.nii.gz", boxes)
        return tree
    }

    @Test(arguments: [
        (#"{"background":0,"kidney_right":3,"kidney_left":3}"#, 3), (#"{"background":0,"liver":1,"spleen":[1,2]}"#, 1),
        (#"{"background":0,"liver":1,"spleen":2,"ignore":2}"#, 2),
        (#"{"liver":0,"spleen":2}"#, 0),
    ]) func contradictionsOfNNUNetAreRefused(labels: String, value: Int) throws {
        let tree = try Self.nnunet(labels, [(1, Boxes.liver)])
        guard case .contradictoryValue("dataset.json", value, _)? = importError({ _ = try listed(tree) }) else {
            Issue.record("accepted: \(labels)")
            return
        }
    }

    @Test func contradictionsOfTheDecathlonListsAndTablesAreRefused() throws {
        let decathlon = Tree()
        try decathlon.write(
            #"{"labels":{"0":"liver","1":"spleen"},"training":[{"image":"a.nii.gz","label":"b.nii.gz"}]}"#,
            to: "dataset.json")
        let inDecathlon = importError { _ = try listed(decathlon) }
        #expect(inDecathlon == .contradictoryValue(file: "dataset.json", value: 0, meanings: ["background", "liver"]))
        let list = Tree()
        try list.write(
            #"{"labels":{"1":"liver","2":"aorta"},"regions":{"aorta":[1,2]},"training":[{"image":"a.nii.gz","label":"b.nii.gz"}]}"#,
            to: "list.json")
        let inList = importError { _ = try listed(list) }
        #expect(inList == .contradictoryValue(file: "list.json", value: 1, meanings: ["liver", "aorta"]))
        let bids = Tree()
        try bids.write(#"{"Name":"x","BIDSVersion":"1.8.0"}"#, to: "dataset_description.json")
        try bids.write("index\tname\n3\tkidney_right\n3\tkidney_left\n", to: "sub-1/sub-1_dseg.tsv")
        try bids.image("sub-1/sub-1_ct.nii.gz")
        try bids.label("sub-1/sub-1_dseg.nii.gz", [(3, Boxes.spleen)])
        #expect(try listed(bids).refused.first?.outcome.kind == .refused)
    }

    @Test func regionsGoOnWorking() throws {
        let tree = try Self.nnunet(
            #"{"background":0,"liver":[1,2],"liver_tumour":2,"kidney":[3,4],"kidney_left":4}"#,
            [(1, Boxes.liver), (2, Boxes.tumour), (4, Boxes.spleen)])
        let found = try inspected(tree)
        #expect(found["liver"]?.values == [1, 2] && found["kidney"]?.values == [3, 4])
        #expect(found["kidney_left"]?.mask?.voxels == Boxes.count(Boxes.spleen))
    }

    @Test func voxelsOfALabelWithoutAnOrganAreUnknownForEveryOrgan() throws {
        let tree = try Self.nnunet(
            #"{"background":0,"liver":1,"spleen":2,"GTV_study":5}"#,
            [(1, Boxes.liver), (5, Boxes.tumour), (2, Boxes.spleen)])
        let found = try inspected(tree)
        let known = Tree.shape.count - Boxes.count(Boxes.tumour)
        #expect(found["liver"]?.mask?.knownVoxels == known && found["spleen"]?.mask?.knownVoxels == known)
        let findings = try listed(tree).findings
        #expect(findings.contains { $0.problem.contains("5 GTV_study") && $0.problem.contains("unknown") })
    }

    @Test func aLabelWithoutAnOrganThatHasNoVoxelsHidesNothing() throws {
        let tree = try Self.nnunet(#"{"background":0,"liver":1,"GTV_study":5}"#, [(1, Boxes.liver)])
        let mask = try #require(try inspected(tree)["liver"]?.mask)
        #expect(mask.knownVoxels == nil)
    }

    @Test func aCaseWhoseClassFilesAreAllEmptyIsQuarantinedUntilAccepted() throws {
        let tree = Tree()
        try tree.image("s1/ct.nii.gz")
        for organ in ["liver", "spleen", "aorta"] { try tree.label("s1/segmentations/\(organ).nii.gz", []) }
        let error = importError { _ = try inspected(tree) }
        guard case .emptyLabels(_, "s1", .classes(3))? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.quarantines == true)
        var options = ImportOptions()
        options.accepted = [try #require(Acceptance("empty:s1"))]
        #expect(try inspected(tree, options).labels.map(\.status) == [.absent, .absent, .absent])
    }
}
