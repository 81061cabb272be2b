import Domain
import FoundationEssentials
import Imaging
import Importers
import TestSupport
import Testing

/// The contents of a datalist beyond pairs of files.
@Suite struct DatalistTests {
    /// A list with the given entries and further members beside a pair of files.
    private func tree(_ entries: String, _ more: String = "", in folder: String = "") throws -> Tree {
        let tree = Tree()
        try tree.image(folder + "images/a.nii.gz", seed: 1)
        try tree.label(folder + "labels/a.nii.gz", [(1, Boxes.liver), (3, Boxes.spleen)])
        try tree.label(folder + "labels/a_pseudo.nii.gz", [(1, Boxes.liver), (2, Boxes.spleen)])
        try tree.write(
            #"{"training":[\#(entries)],"label_dict":{"1":"liver","2":"spleen"}\#(more)}"#, to: "list.json")
        return tree
    }

    private static let pair = #"{"image":"images/a.nii.gz","label":"labels/a.nii.gz"}"#

    @Test func foldsAreReportedAndNotImported() throws {
        let tree = try tree(
            #"{"image":"images/a.nii.gz","label":"labels/a.nii.gz","fold":3},{"image":"images/b.nii.gz","fold":"x"}"#,
            #","ignore":3"#)
        try tree.image("images/b.nii.gz", seed: 2)
        let list = try listed(tree)
        #expect(list.cases.map(\.name) == ["a", "b"] && list.cases.map(\.labels.count) == [1, 0])
        #expect(list.findings.count == 2 && list.findings[0].problem.contains("folds, 3 to 3"))
        #expect(list.findings[1].file == "labels/a_pseudo.nii.gz", "which the list does not name")
        #expect(list.findings[0].remedy.contains("split create"))
    }

    @Test func ignoredVoxelsAreUnknownAndRegionsHaveSeveralValues() throws {
        let tree = try tree(Self.pair, #","regions":{"abdominal_organs_x":[1],"spleen":[2]},"ignore":3"#)
        let found = try inspected(tree)
        let liver = try #require(found["liver"])
        #expect(liver.status == .annotated && liver.region?.voxels == Boxes.count(Boxes.liver))
        #expect(liver.mask?.knownVoxels == Tree.shape.count - Boxes.count(Boxes.spleen))
        #expect(found["spleen"]?.values == [2])
        #expect(try listed(tree).findings.map(\.kind) == [.classUnknown, .description])
    }

    @Test func subjectsAreReadFromTheList() throws {
        let tree = try tree(
            #"{"image":"images/a.nii.gz","label":"labels/a.nii.gz","case":"set_a","subject":"set/p1"}"#, #","ignore":3"#
        )
        #expect(try listed(tree).cases.map { [$0.name, $0.subject] } == [["set_a", "set%2Fp1"]])
    }

    private static let both = """
        {"image":"images/a.nii.gz","label":"labels/a.nii.gz","pseudo_label":"labels/a_pseudo.nii.gz","case":"c"}
        """

    /// The liver is annotated; the file of pseudo labels is used for the spleen only.
    @Test func pseudoLabelsAreImportedBesideAnnotations() throws {
        let tree = try tree(Self.both, #","ignore":3,"states":{"c":{"annotated":["liver"],"model":["spleen"]}}"#)
        let found = try inspected(tree)
        #expect(found.labels.map(\.organ) == ["spleen", "liver"] || found.labels.map(\.organ) == ["liver", "spleen"])
        let (liver, spleen) = (try #require(found["liver"]), try #require(found["spleen"]))
        #expect(liver.status == .annotated && liver.origin == .expert && liver.extent == nil)
        #expect(liver.file.file.path == "labels/a.nii.gz" && spleen.file.file.path == "labels/a_pseudo.nii.gz")
        #expect(spleen.status == .pseudo && spleen.origin == .model)
        #expect(spleen.region?.voxels == Boxes.count(Boxes.spleen))
        #expect(try listed(tree).findings.isEmpty)
        let assisted = try inspected(tree, ImportOptions(origin: .assisted))
        #expect(
            assisted["liver"]?.origin == .assisted && assisted["spleen"]?.origin == .model, "a pseudo label stays one")
    }

    /// Other lists, such as VISTA3D's, do not record the organs of such files.
    @Test func pseudoLabelsOfOtherListsAreReported() throws {
        let tree = try tree(Self.both, #","ignore":3"#)
        let list = try listed(tree)
        #expect(list.cases.first?.labels.map(\.file.path) == ["labels/a.nii.gz"])
        #expect(list.findings.count == 1)
        #expect(list.findings[0].problem.contains("pseudo_label") && list.findings[0].remedy.contains("--origin model"))
    }

    /// A published list of 30 cases, of which two are on disk.
    @Test func aPublishedListNamesItsLabelsAndItsMissingFiles() throws {
        let tree = Tree()
        let list = RealData.path("Project-MONAI__VISTA/jsons/BTCV-Abdomen_5_folds.json")
        try tree.write([UInt8](Data(contentsOf: URL(filePath: list))), to: "list.json")
        for number in ["0037", "0039"] {
            try tree.image("RawData/Training/img/img\(number).nii.gz", seed: number == "0037" ? 1 : 2)
            try tree.label("RawData/Training/label/label\(number).nii.gz", [(6, Boxes.liver), (1, Boxes.spleen)])
        }
        let found = try listed(tree, at: "list.json")
        #expect(Set(found.cases.map(\.name)) == ["img0037", "img0039"] && found.refused.count == 28)
        let item = try inspected(tree, at: "list.json")
        #expect(item.labels.count == 13 && item["portal_vein_and_splenic_vein"]?.status == .absent)
        #expect(item["liver"]?.region?.voxels == Boxes.count(Boxes.liver))
        #expect(item["spleen"]?.region?.voxels == Boxes.count(Boxes.spleen))
    }

    @Test(arguments: [
        #"{"training":[]}"#, #"{"training":[{"label":"x"}]}"#, #"{"training":{}}"#, "[]", "{}", "no JSON",
    ])
    func anEmptyOrForeignListIsNoDataset(text: String) throws {
        let tree = Tree()
        try tree.image("images/a.nii.gz")
        try tree.write(text, to: "list.json")
        if let error = importError({ _ = try listed(tree, at: "list.json") }) {
            #expect(error.file == "list.json", "\(error)")
        } else {
            #expect(try listed(tree, at: "list.json").cases.isEmpty)
        }
    }

    /// The release's root is the common folder of the list's paths, not the folder of the list.
    @Test func aListAboveManyDatasetsHasTheRootOfItsOwn() throws {
        let pair = #"{"image":"sets/one/images/a.nii.gz","label":"./sets/one/labels/a.nii.gz"}"#
        let tree = try tree(pair, #","ignore":3"#, in: "sets/one/")
        let item = try #require(try listed(tree, at: "list.json").cases.first)
        #expect(item.image == SourceFile(root: tree.path("sets/one"), path: "images/a.nii.gz"))
        #expect(item.labels.map(\.file) == [SourceFile(root: tree.path("sets/one"), path: "labels/a.nii.gz")])
        try tree.write(
            #"{"training":[{"image":"sets/one/images/a.nii.gz"}],"label_dict":{"1":"liver"}}"#, to: "list.json")
        let alone = try #require(try listed(tree, at: "list.json").cases.first)
        #expect(alone.image.root == tree.path("sets/one"), "labels may be added beside images")
    }

    /// A folder behind a link does not become the root: its files are outside.
    @Test func aSharedFolderBehindALinkStaysOutside() throws {
        let tree = try tree(#"{"image":"in/images/a.nii.gz","label":"in/labels/a.nii.gz"}"#)
        let outer = Tree()
        try outer.link("in", to: tree.root)
        try outer.write(tree.bytes(of: "list.json"), to: "list.json")
        let list = try listed(outer, at: "list.json")
        #expect(list.cases.isEmpty && list.refused.count == 1)
    }
}
