import Domain
import Importers
import Testing

/// nnU-Net's `dataset` and MONAI's lists may name images anywhere; labels must be in the dataset's folder.
@Suite struct ListedImageTests {
    private func describe(_ tree: Tree, image: String, label: String) throws {
        try tree.write(
            """
            {"channel_names":{"0":"CT"},"labels":{"background":0,"liver":1},"numTraining":1,"file_ending":".nii.gz",
             "dataset":{"a":{"images":["\(image)"],"label":"\(label)"}}}
            """, to: "set/dataset.json")
    }

    /// A set with a label; another image and label are outside it.
    private func tree() throws -> Tree {
        let tree = Tree()
        try tree.image("outside/a.nii.gz")
        try tree.label("outside/a_seg.nii.gz", [(1, Boxes.liver)])
        try tree.label("set/labelsTr/a.nii.gz", [(1, Boxes.liver)])
        return tree
    }

    @Test func anImageMayHaveAnAbsolutePathOutside() throws {
        let tree = try tree()
        try describe(tree, image: tree.path("outside/a.nii.gz"), label: tree.path("set/labelsTr/a.nii.gz"))
        let list = try listed(tree, at: "set")
        let item = try #require(list.cases.first)
        #expect(item.image == SourceFile(root: tree.path("outside"), path: "a.nii.gz"))
        #expect(list.outside == [item.image])
        #expect(item.labels.map(\.file) == [SourceFile(root: tree.path("set"), path: "labelsTr/a.nii.gz")])
        #expect(try inspected(tree, at: "set")["liver"]?.status == .annotated)
    }

    @Test func anImageMayBeALinkAndALabelNot() throws {
        let tree = try tree()
        try tree.write(#"{"labels":{"background":0,"liver":1}}"#, to: "set/dataset.json")
        try tree.link("set/imagesTr/a_0000.nii.gz", to: tree.path("outside/a.nii.gz"))
        #expect(try listed(tree, at: "set").cases.map(\.image) == [tree.file("outside/a.nii.gz").split])
        try tree.image("set/imagesTr/b_0000.nii.gz")
        try tree.link("set/labelsTr/b.nii.gz", to: tree.path("outside/a_seg.nii.gz"))
        let list = try listed(tree, at: "set")
        #expect(list.cases.map(\.name) == ["a"])
        guard case .refused(.leavesFolder("labelsTr/b.nii.gz", _))? = list.refused.first?.outcome else {
            Issue.record("\(list.refused)")
            return
        }
    }

    @Test(arguments: ["absolute", "../outside/a_seg.nii.gz"]) func aLabelFromOutsideIsRefused(_ path: String) throws {
        let tree = try tree()
        let label = path == "absolute" ? tree.path("outside/a_seg.nii.gz") : path
        try describe(tree, image: tree.path("outside/a.nii.gz"), label: label)
        let list = try listed(tree, at: "set")
        #expect(list.cases.isEmpty)
        guard case .refused(.leavesFolder(label, _))? = list.refused.first?.outcome else {
            Issue.record("\(list.refused)")
            return
        }
    }

    @Test(arguments: ["../outside/a.nii.gz", "absent"]) func noOtherPathLeavesTheFolder(_ path: String) throws {
        let tree = try tree()
        try describe(
            tree, image: path == "absent" ? tree.path("outside/b.nii.gz") : path, label: "labelsTr/a.nii.gz")
        let list = try listed(tree, at: "set")
        #expect(list.cases.isEmpty)
        #expect(list.waiting.count == (path == "absent" ? 1 : 0), "labels without an image are waiting")
    }

    @Test func aDatalistMayNameImagesOutside() throws {
        let tree = try tree()
        let entry = #"{"image":"\#(tree.path("outside/a.nii.gz"))","label":"labelsTr/a.nii.gz"}"#
        let stray = #"{"image":"\#(tree.path("outside/a.nii.gz"))","label":"\#(tree.path("outside/a_seg.nii.gz"))"}"#
        try tree.write(#"{"training":[\#(entry)],"label_dict":{"1":"liver"}}"#, to: "set/list.json")
        let list = try listed(tree, at: "set/list.json")
        #expect(list.cases.count == 1 && list.outside.count == 1)
        try tree.write(#"{"training":[\#(stray)],"label_dict":{"1":"liver"}}"#, to: "set/list.json")
        let refused = try listed(tree, at: "set/list.json")
        #expect(refused.cases.isEmpty && refused.refused.count == 1)
    }

    @Test(arguments: ["a.hdr", "a.img", "a"]) func aPairOutsideIsFound(named: String) throws {
        let tree = Tree()
        try tree.pair("outside/a")
        try tree.label("set/labelsTr/a.nii.gz", [(1, Boxes.liver)])
        let path = tree.path("outside/\(named)")
        try describe(tree, image: path, label: "labelsTr/a.nii.gz")
        let list = try listed(tree, at: "set")
        #expect(list.cases.map(\.name) == ["a"] && list.waiting.isEmpty && list.findings.isEmpty)
        #expect(try inspected(tree, at: "set")["liver"]?.status == .annotated)
        let entry = #"{"image":"\#(path)","label":"labelsTr/a.nii.gz"}"#
        try tree.write(#"{"training":[\#(entry)],"label_dict":{"1":"liver"}}"#, to: "set/list.json")
        let monai = try listed(tree, at: "set/list.json")
        #expect(monai.cases.map(\.name) == ["a"] && monai.waiting.isEmpty)
    }

    @Test(arguments: ["scans/a.hdr", "scans/a.img", "./scans/a", "scans/a.nii.gz"])
    func aPairInsideIsFoundAndBothHalvesAreUsed(named: String) throws {
        let tree = Tree()
        try tree.pair("scans/a")
        try tree.label("labels/a.nii.gz", [(1, Boxes.liver)])
        let entry = #"{"image":"\#(named)","label":"labels/a.nii.gz"}"#
        try tree.write(#"{"training":[\#(entry)],"label_dict":{"1":"liver"}}"#, to: "list.json")
        let list = try listed(tree)
        #expect(list.cases.map(\.name) == ["a"] && list.waiting.isEmpty)
        #expect(list.findings.isEmpty, "\(list.findings)")
        #expect(try inspected(tree)["liver"]?.status == .annotated)
    }

    /// "Waiting, finish the download" is said of an image only where nothing has its name.
    @Test func whatIsThereAndNoImageIsNotWaitedFor() throws {
        let tree = try tree()
        try tree.write("ObjectType = Image\nNDims = 3\n", to: "outside/a.mha")
        for path in ["outside/a.mha", "outside"] {
            try describe(tree, image: tree.path(path), label: "labelsTr/a.nii.gz")
            let list = try listed(tree, at: "set")
            #expect(list.waiting.isEmpty, "\(path)")
            #expect(list.cases.count + list.refused.count == 1, "\(path)")
        }
        try describe(tree, image: tree.path("outside/a.mha"), label: "labelsTr/a.nii.gz")
        let error = try #require(importError { _ = try inspected(tree, at: "set") })
        #expect(error.problem.contains("MetaImage"), "\(error)")
    }

    @Test func aLinkToAUsedImageIsUsed() throws {
        let tree = try tree()
        try tree.write(#"{"labels":{"background":0,"liver":1}}"#, to: "set/dataset.json")
        try tree.link("set/imagesTr/a_0000.nii.gz", to: tree.path("outside/a.nii.gz"))
        let list = try listed(tree, at: "set")
        #expect(list.cases.map(\.name) == ["a"])
        #expect(!list.findings.contains { $0.problem.contains("a_0000") }, "\(list.findings)")
    }

    /// A link into a store of objects, whose files have no endings, keeps the name of the image.
    @Test func aLinkToAnObjectWithoutEndingIsAnImage() throws {
        let tree = Tree()
        try tree.image("outside/a.nii.gz")
        try tree.rename("outside/a.nii.gz", to: "store/4f2a")
        try tree.link("outside/a.nii.gz", to: tree.path("store/4f2a"))
        try tree.label("set/labelsTr/a.nii.gz", [(1, Boxes.liver)])
        try describe(tree, image: tree.path("outside/a.nii.gz"), label: "labelsTr/a.nii.gz")
        #expect(try listed(tree, at: "set").cases.map(\.image) == [tree.file("outside/a.nii.gz").split])
        #expect(try inspected(tree, at: "set")["liver"]?.status == .annotated)
    }
}

extension SourceFile {
    /// Named from its own folder.
    fileprivate var split: SourceFile {
        SourceFile(
            root: (absolutePath as String).split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 }, path: name)
    }
}
