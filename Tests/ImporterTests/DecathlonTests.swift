import Domain
import Importers
import Testing

@Suite struct DecathlonTests {
    @Test func aTumourBelongsToItsOrgan() throws {
        let found = try inspected(Tree.decathlon())
        let liver = try #require(found["liver"])
        let tumour = try #require(found["liver_tumour"])
        #expect(liver.status == .annotated && liver.origin == .expert && liver.values == [1, 2])
        #expect(liver.region?.voxels == Boxes.count(Boxes.liver))
        #expect(liver.region?.box == Boxes.liver)
        #expect(tumour.values == [2] && tumour.region?.voxels == Boxes.count(Boxes.tumour))
        #expect(tumour.region?.box == Boxes.tumour)
        #expect(found.labels.map(\.organ) == ["liver", "liver_tumour"])
    }

    @Test func aDeclaredLabelWithoutVoxelsIsAbsent() throws {
        let tree = try Tree.decathlon()
        let layout = try LayoutRecogniser().recognise(tree.root)
        let files = try layout.cases().cases[1]
        let found = try CaseInspector(layout: layout, options: ImportOptions()).inspect(files)
        let tumour = try #require(found["liver_tumour"])
        #expect(tumour.status == .absent && tumour.region == nil && tumour.mask == nil)
        #expect(found["liver"]?.status == .annotated)
    }

    @Test func namesDecideNotNumbers() throws {
        let tree = Tree()
        try tree.image("imagesTr/a.nii.gz")
        try tree.label("labelsTr/a.nii.gz", [(5, Boxes.liver), (9, Boxes.spleen), (4, Boxes.tumour)])
        try tree.description(
            labels: #"{"0":"background","5":"Liver","9":"lien","4":"pancreas","7":"warp core"}"#,
            training: [("imagesTr/a.nii.gz", "labelsTr/a.nii.gz")])
        let list = try listed(tree)
        #expect(list.findings.map(\.kind) == [.classUnknown])
        #expect(list.findings[0].problem.contains("7 warp core"))
        let found = try inspected(tree)
        #expect(found["liver"]?.values == [5] && found["spleen"]?.values == [9] && found["pancreas"]?.values == [4])
    }

    /// Value and name together identify the task: "cancer" alone matches no organ.
    @Test(arguments: [
        (#"{"0":"background","1":"cancer"}"#, "lung_tumour"),
        (#"{"0":"background","1":"colon cancer primaries"}"#, "colon_tumour"),
        (#"{"0":"background","1":"Vessel","2":"Tumour"}"#, "hepatic_vessel"),
        (#"{"0":"background","1":"pancreas","2":"cancer"}"#, "pancreas"),
        (#"{"0":"background","1":"spleen"}"#, "spleen"),
    ]) func everyTaskOfCTIsKnown(labels: String, organ: OrganKey) throws {
        let tree = Tree()
        try tree.image("imagesTr/a.nii.gz")
        try tree.label("labelsTr/a.nii.gz", [(1, Boxes.liver)])
        try tree.description(labels: labels, training: [("imagesTr/a.nii.gz", "labelsTr/a.nii.gz")])
        let found = try inspected(tree)
        #expect(found[organ]?.values.contains(1) == true)
        #expect(found[organ]?.status == .annotated)
    }

    @Test func voxelsOfANameWithoutOrganAreSkipped() throws {
        let tree = Tree()
        try tree.image("imagesTr/a.nii.gz")
        try tree.label("labelsTr/a.nii.gz", [(1, Boxes.liver), (7, Boxes.tumour)])
        try tree.description(
            labels: #"{"0":"background","1":"liver","7":"warp core"}"#,
            training: [("imagesTr/a.nii.gz", "labelsTr/a.nii.gz")])
        let found = try inspected(tree)
        #expect(found.labels.map(\.organ) == ["liver"])
        #expect(found["liver"]?.region?.voxels == Boxes.count(Boxes.liver) - Boxes.count(Boxes.tumour))
    }

    @Test func aDescriptionWithoutAnyOrganIsRefused() throws {
        let tree = Tree()
        try tree.description(labels: #"{"0":"background","1":"warp core"}"#, training: [])
        #expect(
            importError { _ = try listed(tree) } == .unknownNames(file: "dataset.json", names: ["warp core"]))
    }

    @Test(arguments: [
        "../outside/a.nii.gz", "imagesTr/../../outside/a.nii.gz", "/etc/passwd", "imagesTr/link.nii.gz",
    ]) func aPathThatLeavesTheFolderIsRefusedByName(path: String) throws {
        let tree = Tree()
        try tree.image("outside/a.nii.gz")
        try tree.image("set/imagesTr/b.nii.gz")
        try tree.link("set/imagesTr/link.nii.gz", to: tree.path("outside/a.nii.gz"))
        try tree.label("set/labelsTr/b.nii.gz", [(1, Boxes.liver)])
        try tree.write(
            """
            {"labels":\(Tree.liverLabels),"modality":{"0":"CT"},"training":[
             {"image":"\(path)","label":"labelsTr/b.nii.gz"},
             {"image":"imagesTr/b.nii.gz","label":"labelsTr/b.nii.gz"}]}
            """, to: "set/dataset.json")
        let list = try listed(tree, at: "set")
        #expect(list.cases.map(\.name) == ["b"])
        #expect(list.refused.count == 1)
        guard case .refused(.leavesFolder(let file, _))? = list.refused.first?.outcome else {
            Issue.record("\(list.refused)")
            return
        }
        #expect(file == path)
    }

    @Test func aLinkThatStaysInTheFolderIsFollowed() throws {
        let tree = try Tree.decathlon()
        try tree.link("imagesTr/other.nii.gz", to: tree.path("imagesTr/liver_0.nii.gz"))
        try tree.description(
            labels: Tree.liverLabels, training: [("imagesTr/other.nii.gz", "labelsTr/liver_0.nii.gz")])
        #expect(try listed(tree).cases.map(\.name) == ["other"])
    }

    @Test func aMissingFileRefusesItsCaseOnly() throws {
        let tree = try Tree.decathlon()
        try tree.description(
            labels: Tree.liverLabels,
            training: [
                ("imagesTr/liver_0.nii.gz", "labelsTr/liver_0.nii.gz"),
                ("imagesTr/liver_1.nii.gz", "labelsTr/liver_9.nii.gz"),
            ])
        let list = try listed(tree)
        #expect(list.cases.map(\.name) == ["liver_0"])
        let error = ImportError.missingFile(file: "labelsTr/liver_9.nii.gz", role: "label")
        #expect(list.refused == [CaseReport(name: "liver_1", outcome: .refused(error))])
        #expect(list.findings.map(\.file).sorted() == ["dataset.json", "imagesTs/liver_7.nii.gz"])
    }

    @Test func theSecondCaseOfANameIsRefused() throws {
        let tree = try Tree.decathlon()
        let pair = ("imagesTr/liver_0.nii.gz", "labelsTr/liver_0.nii.gz")
        try tree.description(labels: Tree.liverLabels, training: [pair, pair])
        let list = try listed(tree)
        #expect(list.cases.count == 1 && list.refused.map(\.name) == ["liver_0"])
    }

    @Test func aLabelThatIsNoNumberIsRefused() throws {
        let tree = Tree()
        try tree.write(#"{"labels":{"one":"liver"},"training":[]}"#, to: "dataset.json")
        #expect(
            importError { _ = try listed(tree) }
                == .unreadableDescription(file: "dataset.json", reason: "the label one is not a number"))
    }

    @Test(arguments: [
        "{", "[]", #"{"training":[]}"#, #"{"labels":{"1":"liver"},"training":[{"image":3}]}"#,
    ]) func aBrokenDescriptionIsRefused(text: String) throws {
        let tree = Tree()
        try tree.write(text, to: "dataset.json")
        guard case .document("dataset.json", _)? = importError({ _ = try listed(tree) }) else {
            Issue.record("accepted, or refused otherwise")
            return
        }
    }

    @Test func nnUNetsFormIsAnotherLayout() throws {
        let tree = Tree()
        try tree.write(#"{"labels":{"background":0,"liver":[1,2]},"file_ending":".nii.gz"}"#, to: "dataset.json")
        #expect(try LayoutRecogniser().recognise(tree.root).name == .nnunet)
    }
}
