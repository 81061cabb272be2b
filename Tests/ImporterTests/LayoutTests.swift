import Domain
import Importers
import Testing

@Suite struct LayoutTests {
    @Test func theDecathlonIsRecognisedByItsDescription() throws {
        let tree = try Tree.decathlon()
        let layout = try LayoutRecogniser().recognise(tree.root)
        #expect(layout.name == .msd)
        #expect(layout.defaultOrigin == .expert)
        #expect(layout.licence == Licence(text: "CC-BY-SA 4.0", source: "dataset.json"))
        let list = try layout.cases()
        #expect(list.cases.map(\.name) == ["liver_0", "liver_1", "liver_7"])
        #expect(list.cases.map(\.labels.count) == [1, 1, 0])
        #expect(list.cases.allSatisfy { $0.modality == .ct })
        #expect(list.cases[0].image.path == "imagesTr/liver_0.nii.gz")
        #expect(list.refused.isEmpty && list.findings.isEmpty)
    }

    @Test(arguments: ["RawData/", ""]) func btcvIsRecognisedByItsNumberedFiles(prefix: String) throws {
        let tree = try Tree.btcv(prefix: prefix)
        let layout = try LayoutRecogniser().recognise(tree.root)
        #expect(layout.name == .btcv && layout.release == "btcv" && layout.defaultOrigin == .expert)
        let list = try layout.cases()
        #expect(list.cases.map(\.name) == ["img0001", "img0002", "img0061"])
        #expect(list.cases.map(\.labels.count) == [1, 0, 0])
        #expect(list.cases[1].findings.map(\.kind) == [.classMissing])
        #expect(list.cases[2].findings.isEmpty)
    }

    @Test func btcvIsRecognisedFromItsTrainingFolderAlone() throws {
        let tree = try Tree.btcv()
        #expect(try listed(tree, at: "RawData/Training").cases.map(\.name) == ["img0001", "img0002"])
    }

    @Test func totalSegmentatorIsRecognisedByItsClassFolders() throws {
        let tree = try Tree.totalSegmentator()
        let layout = try LayoutRecogniser().recognise(tree.root)
        #expect(layout.name == .totalsegmentator && layout.release == "totalsegmentator-v2")
        #expect(layout.defaultOrigin == .assisted)
        let list = try layout.cases()
        #expect(list.cases.map(\.name) == ["s0001", "s0002"])
        #expect(list.cases.map(\.labels.count) == [3, 2])
        #expect(list.findings.count == 1 && list.findings[0].problem.contains("114 classes"))
        #expect(list.cases[0].findings.isEmpty)
        #expect(list.cases[1].findings.map(\.kind) == [.classMissing])
        #expect(list.cases[1].findings[0].problem.contains("spleen"))
    }

    @Test func oneCaseOfTotalSegmentatorIsADataset() throws {
        let tree = try Tree.totalSegmentator()
        let list = try listed(tree, at: "s0001")
        #expect(list.cases.map(\.name) == ["s0001"])
        #expect(list.cases[0].findings.map(\.kind) == [.classMissing])
    }

    @Test func theReleaseFollowsFromTheClasses() throws {
        let tree = Tree()
        try tree.image("a/ct.nii.gz")
        for name in ["liver", "pulmonary_artery", "face"] { try tree.label("a/segmentations/\(name).nii.gz", []) }
        #expect(try LayoutRecogniser().recognise(tree.root).release == "totalsegmentator-v1")
        let atlas = Tree()
        try atlas.image("BDMAP_1/ct.nii.gz")
        for name in ["liver", "gall_bladder", "postcava"] {
            try atlas.label("BDMAP_1/segmentations/\(name).nii.gz", [])
        }
        let layout = try LayoutRecogniser().recognise(atlas.root)
        #expect(layout.release == "abdomenatlas-1.0" && layout.defaultOrigin == .model)
    }

    @Test func classFilesMayHaveTheirImageElsewhere() throws {
        let (tree, images) = (Tree(), Tree())
        try tree.label("liver.nii.gz", [(1, Boxes.liver)])
        try tree.label("spleen.nii.gz", [])
        try images.image("scan.nii.gz")
        let list = try listed(tree, ImportOptions(images: images.path("scan.nii.gz")))
        #expect(list.cases.map(\.name) == ["scan"])
        #expect(list.cases[0].image == images.file("scan.nii.gz"))
        #expect(list.cases[0].labels.map(\.file.root) == [tree.root, tree.root])
    }

    @Test func labelTablesAreFoundInHeaders() throws {
        let tree = try Tree.labelTable()
        let list = try listed(tree)
        #expect(list.cases.map(\.name) == ["scan"])
        #expect(list.cases[0].labels.map(\.reading) == [.declared])
        let single = try listed(tree, ImportOptions(images: tree.path("scan.nii.gz")), at: "scan_seg.nii.gz")
        #expect(single.cases.map(\.image.path) == ["scan.nii.gz"])
    }

    @Test func labelFilesPairWithImagesByName() throws {
        let (labels, images) = (Tree(), Tree())
        let map = LabelMap(release: "mine", entries: [LabelMap.Entry(value: 1, name: "liver", organs: ["liver"])])
        for name in ["a", "b"] {
            try labels.label("\(name).nii.gz", [(1, Boxes.liver)])
            try images.image("\(name)_0000.nii.gz")
        }
        try labels.label("c.nii.gz", [(1, Boxes.liver)])
        let list = try listed(labels, ImportOptions(images: images.root, map: map))
        #expect(list.cases.map(\.image.path) == ["a_0000.nii.gz", "b_0000.nii.gz"])
        #expect(list.refused.isEmpty && list.waiting.map(\.name) == ["c"])
    }

    @Test func anUnknownFolderIsRefusedWithTheKnownLayouts() throws {
        let tree = Tree()
        try tree.image("Task03_Liver/scan.nii.gz")
        guard case .unrecognised(_, let lookedFor, 1)? = importError({ _ = try listed(tree, at: "Task03_Liver") })
        else {
            Issue.record("an image alone is no layout")
            return
        }
        #expect(lookedFor.count == LayoutName.allCases.count && lookedFor[0].contains("dataset.json"))
        #expect(importError { _ = try listed(tree, at: "nothing") } == .unreadableFolder(tree.path("nothing")))
    }

    @Test func aFolderThatMatchesTwoLayoutsIsRefused() throws {
        let tree = try Tree.btcv(prefix: "")
        try tree.description(labels: Tree.liverLabels, training: [])
        guard case .ambiguous(_, let readings)? = importError({ _ = try listed(tree) }) else {
            Issue.record("two layouts match")
            return
        }
        #expect(readings.count == 2)
        #expect(try listed(tree, ImportOptions(layout: .btcv)).cases.count == 3)
    }

    @Test(arguments: [LayoutName.msd, .btcv, .mapped]) func aSpecifiedLayoutMustMatch(layout: LayoutName) throws {
        let tree = try Tree.totalSegmentator()
        guard case .notThisLayout(_, layout, _)? = importError({ _ = try listed(tree, ImportOptions(layout: layout)) })
        else {
            Issue.record("the folder does not have the layout")
            return
        }
    }
}
