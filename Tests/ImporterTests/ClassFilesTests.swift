import Domain
import Imaging
import Importers
import Testing

@Suite struct ClassFilesTests {
    @Test func anEmptyFileIsAbsentAndAMissingFileUnlabelled() throws {
        let tree = try Tree.totalSegmentator()
        let layout = try LayoutRecogniser().recognise(tree.root)
        let files = try layout.cases().cases[1]
        let found = try CaseInspector(layout: layout, options: ImportOptions()).inspect(files)
        #expect(found["liver"]?.status == .annotated && found["liver"]?.origin == .assisted)
        #expect(found["gallbladder"]?.status == .absent)
        #expect(found["spleen"] == nil)
        #expect(found.kinds == [.classMissing])
        #expect(found.checksums.files.count == 3)
    }

    @Test func anyOneValueMarksTheClass() throws {
        let tree = try Tree.totalSegmentator()
        try tree.label("s0001/segmentations/liver.nii.gz", [(255, Boxes.liver)])
        #expect(try inspected(tree)["liver"]?.region?.voxels == Boxes.count(Boxes.liver))
    }

    @Test func twoValuesInAClassFileAreRefused() throws {
        let tree = try Tree.totalSegmentator()
        try tree.label("s0001/segmentations/liver.nii.gz", [(1, Boxes.liver), (2, Boxes.tumour)])
        #expect(
            importError { _ = try inspected(tree) }
                == .unknownValues(file: "s0001/segmentations/liver.nii.gz", values: [1, 2]))
    }

    @Test func twoFilesOfOneOrganAreRefused() throws {
        let tree = try Tree.totalSegmentator()
        try tree.label("s0001/segmentations/gall_bladder.nii.gz", [])
        guard case .duplicate? = importError({ _ = try inspected(tree) }) else {
            Issue.record("gallbladder came twice")
            return
        }
    }

    @Test func aFileThatMatchesNoOrganIsReported() throws {
        let tree = try Tree.totalSegmentator()
        try tree.label("s0001/segmentations/warp_core.nii.gz", [])
        let found = try inspected(tree)
        #expect(found.kinds.contains(.classUnknown) && found.labels.count == 3)
    }

    @Test func aCaseWithoutImageWaits() throws {
        let tree = try Tree.totalSegmentator()
        try tree.label("s0003/segmentations/liver.nii.gz", [])
        let list = try listed(tree)
        #expect(list.cases.count == 2)
        #expect(list.refused.isEmpty && list.waiting.map(\.name) == ["s0003"])
        #expect(list.waiting[0].labels.map(\.file.path) == ["s0003/segmentations/liver.nii.gz"])
    }

    @Test func anImageWithoutClassFolderIsAnUnlabelledVolume() throws {
        let tree = try Tree.totalSegmentator()
        try tree.image("s0003/ct.nii.gz")
        let list = try listed(tree)
        #expect(list.cases.map(\.name) == ["s0001", "s0002", "s0003"])
        #expect(list.cases[2].labels.isEmpty && list.cases[2].findings.map(\.kind) == [.classMissing])
    }

    @Test func anMRCaseIsOfTheMRTask() throws {
        let tree = Tree()
        try tree.image("s1/mri.nii.gz")
        try tree.label("s1/segmentations/lung_left.nii.gz", [])
        let layout = try LayoutRecogniser().recognise(tree.root)
        #expect(layout.release == "totalsegmentator-mr")
        #expect(try layout.cases().cases[0].modality == .mr)
    }

    @Test func aDeclaredTableIsTheScope() throws {
        let found = try inspected(Tree.labelTable())
        #expect(found.labels.map(\.organ) == ["liver", "spleen", "brain"])
        #expect(found.labels.map(\.status) == [.annotated, .annotated, .absent])
        #expect(found["liver"]?.values == [7] && found["spleen"]?.values == [3])
    }

    @Test func aValueOutsideTheTableIsRefused() throws {
        let tree = try Tree.labelTable()
        try tree.label(
            "scan_seg.nii.gz", [(7, Boxes.liver), (8, Boxes.spleen)], table: [LabelTableEntry(key: 7, name: "liver")])
        #expect(importError { _ = try inspected(tree) } == .unknownValues(file: "scan_seg.nii.gz", values: [8]))
    }

    @Test func aTableWithUnknownNamesIsImportedInPart() throws {
        let tree = try Tree.labelTable()
        let table = [LabelTableEntry(key: 7, name: "liver"), LabelTableEntry(key: 8, name: "warp core")]
        try tree.label("scan_seg.nii.gz", [(7, Boxes.liver), (8, Boxes.spleen)], table: table)
        let found = try inspected(tree)
        #expect(found.labels.map(\.organ) == ["liver"] && found.kinds == [.classUnknown])
    }
}
