import Domain
import Importers
import Testing

@Suite struct RecognitionTests {
    @Test func numberedFilesOfTwoLayoutsAreAmbiguous() throws {
        let tree = Tree()
        try tree.image("volume-0.nii.gz")
        try tree.label("segmentation-0.nii.gz", [(1, Boxes.liver)])
        try tree.label("labels-0.nii.gz", [(1, Boxes.liver)])
        guard case .ambiguous(_, let readings)? = importError({ _ = try listed(tree) }) else {
            Issue.record("two layouts match")
            return
        }
        #expect(readings.map { $0.prefix { $0 != ":" } } == ["lits", "ctorg"])
        #expect(try LayoutRecogniser(options: ImportOptions(layout: .ctorg)).recognise(tree.root).release == "ct-org")
    }

    @Test func kidneysWithoutTheirListAreOfNoKnownRelease() throws {
        let tree = Tree()
        try tree.image("case_00000/imaging.nii.gz")
        try tree.label("case_00000/segmentation.nii.gz", [(1, Boxes.spleen), (3, Boxes.cyst)])
        guard case .ambiguous(_, let readings)? = importError({ _ = try listed(tree) }) else {
            Issue.record("value 3 is a cyst or nothing")
            return
        }
        #expect(readings.count == 2 && readings[0].contains("kits19"))
        #expect(try listed(tree, ImportOptions(release: "kits23")).cases.count == 1)
    }

    @Test func twoReleasesOfKidneysInOneFolderAreNotMixed() throws {
        let tree = Tree()
        for name in ["kits19", "kits23"] {
            try tree.image("\(name)/case_00000/imaging.nii.gz")
            try tree.label("\(name)/case_00000/segmentation.nii.gz", [(1, Boxes.spleen)])
        }
        guard case .ambiguous? = importError({ _ = try listed(tree) }) else {
            Issue.record("cases of two releases were mixed")
            return
        }
    }

    @Test func aFolderOfDatasetsNamesThem() throws {
        let tree = Tree()
        try tree.image("first/volume-0.nii.gz")
        try tree.label("first/segmentation-0.nii.gz", [(1, Boxes.liver)])
        try tree.image("second/img/img0001.nii.gz")
        try tree.label("second/label/label0001.nii.gz", [(6, Boxes.liver)])
        try tree.write("no data", to: "notes/readme.txt")
        #expect(
            importError { _ = try listed(tree) }
                == .holdsDatasets(folder: tree.root, datasets: ["first (lits)", "second (btcv)"]))
        #expect(try listed(tree, at: "first").cases.count == 1)
    }

    @Test func theFolderNameIsIrrelevant() throws {
        let tree = Tree()
        try tree.image("LiTS17/scan.nii.gz")
        guard case .unrecognised? = importError({ _ = try listed(tree, at: "LiTS17") }) else {
            Issue.record("recognised by its name")
            return
        }
    }

    @Test func imagesOfNumberedLabelsMayBeElsewhere() throws {
        let (labels, images) = (Tree(), Tree())
        for number in ["0002", "0011"] {
            try labels.label("label\(number).nii.gz", [(1, Boxes.tumour)])
            try images.image("deep/PANCREAS_\(number).nii.gz", seed: Int(number) ?? 0)
        }
        let list = try listed(labels, ImportOptions(images: images.root))
        #expect(list.cases.map(\.name) == ["PANCREAS_0002", "PANCREAS_0011"])
        #expect(list.cases.allSatisfy { $0.image.root == images.root && $0.labels.count == 1 })
    }

    @Test func modalityOfAMOSIsInItsTableWhereThereIsOne() throws {
        let tree = Tree()
        try tree.image("imagesTr/amos_0001.nii.gz")
        try tree.label("labelsTr/amos_0001.nii.gz", [(6, Boxes.liver)])
        try tree.write("amos_id,Site,modality\n1,\"A, B\",MR\n", to: "labeled_data_meta.csv")
        let list = try listed(tree)
        #expect(list.findings.isEmpty && list.cases.map(\.modality) == [.mr])
        #expect(list.cases[0].labels[0].scope == .except(["urinary_bladder", "prostate_or_uterus"]))
    }

    @Test func aCropCountsFromFrontRightAndFoot() {
        let crop = AnnotatedCrop(front: 1..<4, right: 2..<6, foot: 3..<5)
        let box = crop.box(in: GridShape(10, 9, 8))
        #expect(box == VoxelBox(lower: Vector3(4, 5, 3), upper: Vector3(8, 8, 5)))
    }

    @Test func severalChannelsAreVolumesOfOneSubject() throws {
        let tree = Tree()
        try tree.write(
            #"{"channel_names":{"0":"T1","1":"portal venous","2":"T1"},"labels":{"background":0,"liver":1}}"#,
            to: "dataset.json")
        for channel in 0...2 { try tree.image("imagesTr/a_000\(channel).nii.gz", seed: channel) }
        try tree.image("imagesTr/b_0000.nii.gz", seed: 7)
        for name in ["a", "b", "c"] { try tree.label("labelsTr/\(name).nii.gz", [(1, Boxes.liver)]) }
        let list = try listed(tree)
        #expect(list.cases.map(\.name) == ["a_T1_0000", "a_T1_0002", "a_portal-venous", "b_T1_0000"])
        #expect(list.cases.map(\.subject) == ["a", "a", "a", "b"])
        #expect(list.cases.map(\.modality) == [.mr, .mr, .other, .mr])
        #expect(Set(list.cases.prefix(3).map(\.phase?.study)) == ["a"])
        #expect(list.cases[2].phase?.name == "portal-venous")
        #expect(list.cases.allSatisfy { $0.labels.count == 1 })
        #expect(list.refused.map(\.name).sorted() == ["b_T1_0002", "b_portal-venous"])
        #expect(list.waiting.map(\.name) == ["c"])
        #expect(list.findings.map(\.kind) == [.description] && list.findings[0].problem.contains("portal-venous"))
    }

    @Test func datasetsDeepInsideAreNamed() throws {
        let tree = try Tree.decathlon()
        let outer = Tree()
        try outer.write("x", to: "a/b/readme.txt")
        try outer.link("a/b/c/set", to: tree.root)
        guard case .holdsDatasets(_, let datasets)? = importError({ _ = try listed(outer) }) else {
            Issue.record("the set inside was not found")
            return
        }
        #expect(datasets == ["a/b/c/set (msd)"])
    }

    @Test func aListOfFilesElsewhereIsReportedWithItsFolder() throws {
        let tree = try Tree.datalist(#","label_dict":{"1":"liver","2":"hepatic tumor"}"#)
        let list = Tree()
        try list.write(tree.bytes(of: "folds.json"), to: "folds.json")
        let lost = try listed(list, at: "folds.json")
        #expect(lost.cases.isEmpty && lost.refused.count == 3)
        guard case .refused(let error)? = lost.refused.first?.outcome else {
            Issue.record("a list without its files was accepted")
            return
        }
        #expect(error.remedy.contains("--images") && error.problem.contains(list.root))
        let found = try listed(list, ImportOptions(images: tree.root), at: "folds.json")
        #expect(found.cases.map(\.name) == ["a", "b"] && found.waiting.map(\.name) == ["c"])
        #expect(found.findings.count == 2)
        #expect(
            found.findings[0].problem.contains("folds, 0 to 1") && found.findings[0].remedy.contains("split create"))
        #expect(found.findings[1].problem.hasSuffix("pseudo_label_reliability"))
    }

    @Test func severalDatalistsInOneFolderAreNamed() throws {
        let tree = try Tree.datalist(#","label_dict":{"1":"liver","2":"hepatic tumor"}"#)
        try tree.write(#"{"training":[{"image":"images/a.nii.gz"}],"label_dict":{"1":"liver"}}"#, to: "other.json")
        guard case .ambiguous(_, let readings)? = importError({ _ = try listed(tree) }) else {
            Issue.record("one of two lists was accepted")
            return
        }
        #expect(readings == ["folds.json (monai)", "other.json (monai)"])
    }
}

@Suite struct PathPatternTests {
    @Test(arguments: [
        ("a-{case:#}.nii[.gz]", "a-12.nii.gz", "12"), ("a-{case:#}.nii[.gz]", "a-12.nii", "12"),
        ("*/{case}_seg.nii", "x/p_1_seg.nii", "p_1"), ("**/{case}/ct.nii", "a/b/c/ct.nii", "c"),
        ("{case}/{case}.nii", "q/q.nii", "q"),
    ]) func aGlobNamesParts(pattern: String, path: String, part: String) throws {
        #expect(try found(pattern, path) == [part])
    }

    @Test(arguments: [
        ("a-{case:#}.nii", "a-1b.nii"), ("a-{case:#}.nii", "a-.nii"), ("{case}/{case}.nii", "q/r.nii"),
        ("*/{case}.nii", "q.nii"), ("{case}.nii", "x/q.nii"), ("**/{case}.nii", "a/b/c/d/q.nii"),
    ]) func otherPathsDoNotFit(pattern: String, path: String) throws {
        #expect(try found(pattern, path) == [])
    }

    @Test(arguments: ["", "/abs/{case}", "../{case}", "{case", "{a-b}", "[.gz"]) func aBrokenGlobIsRefused(text: String)
    {
        #expect(throws: PatternProblem.self) { try PathPattern(glob: text) }
    }

    /// The parts under `case` of all files that fit, through a description of the caller's own.
    private func found(_ pattern: String, _ path: String) throws -> [String] {
        let tree = Tree()
        try tree.image(path)
        try tree.label("no/other.nii", [])
        var map = DatasetMap(
            labels: LabelMap(release: "x", entries: [LabelMap.Entry(value: 1, name: "liver", organs: ["liver"])]))
        map.images = [try PathPattern(glob: pattern)]
        map.labelFiles = [try PathPattern(glob: "no/{case}.nii")]
        var options = ImportOptions()
        options.description = map
        do {
            return try listed(tree, options).cases.map(\.name)
        } catch ImportError.notThisLayout {
            return []
        }
    }
}
