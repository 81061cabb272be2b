import Documents
import Domain
import Imaging
import Importers
import Testing

@Suite struct DatasetMapTests {
    @Test func valuesAndOrgansAreRead() throws {
        let map = try DatasetMapFile.parse(
            "release: mine\nlabels:\n  2: [liver_tumour, liver]\n  1: Liver\n  3: arota\n", file: "m.yaml")
        #expect(map.labels.release == "mine" && map.labelFiles.isEmpty)
        #expect(map.labels.values(of: "liver") == [1, 2] && map.labels.values(of: "aorta") == [3])
        #expect(try DatasetMapFile.parse("labels: {1: liver}", file: "in-house.yaml").labels.release == "in-house")
    }

    static let whole = """
        release: ours
        images: ["scans/{patient}/{case}.nii.gz"]
        labels: {regex: "masks/(?<case>[a-z0-9]+)[.]nii[.]gz"}
        values:
          1: liver
          2: [liver_tumour, liver]
          255: ignore
        subject: "{patient}"
        complete: [liver]
        origin: {default: assisted, liver_tumour: model}
        modality: CT
        licence: {text: CC0, source: the contract}
        """

    @Test func everythingElseIsRead() throws {
        let map = try DatasetMapFile.parse(Self.whole, file: "m.yaml")
        #expect(map.images[0].names == ["patient", "case"] && map.labelFiles[0].names == ["case"])
        #expect(map.unknown == [255] && map.scope == .only(["liver"]))
        #expect(map.origin == .assisted && map.origins == ["liver_tumour": .model])
        #expect(map.modality == .ct && map.licence == Licence(text: "CC0", source: "the contract"))
    }

    @Test(arguments: [
        ("labels: {0: liver}", 1), ("labels: {a: liver}", 1), ("labels: []", 1), ("x: [", 1), ("labels:\n  1:\n", 2),
        ("", 1), ("release: a\nlabels:\n  1: liver\n  2: warp core\n", 4), ("labels:\n  1: liver\ncolour: red\n", 3),
        ("labels:\n  1: liver\norigin: surgeon\n", 3), ("labels:\n  1: liver\nmodality: xray\n", 3),
        ("images: a/{case}.nii.gz\nvalues: {1: liver}\n", 1),
        ("images: a\nlabels: b\nvalues: {1: liver}\ncase: '{who}'", 4),
        ("labels: {regex: '(['}\nimages: a\nvalues: {1: liver}\n", 1),
        ("labels: /abs\nimages: a\nvalues: {1: liver}\n", 1),
        ("labels:\n  1: liver\n  1: spleen\n", 3), ("labels:\n  1: liver\ncomplete:\n  - liver\n  - lever\n", 5),
    ]) func anErrorHasItsLine(text: String, line: Int) {
        guard
            case .wrongLine("m.yaml", let found, _)? = importError({
                _ = try DatasetMapFile.parse(text, file: "m.yaml")
            })
        else {
            Issue.record("accepted, or refused otherwise: \(text)")
            return
        }
        #expect(found == line, "\(text)")
    }

    @Test func ownFoldersAreImportedByTheirPatterns() throws {
        let tree = Tree()
        try tree.image("scans/p1/a1.nii.gz", seed: 1)
        try tree.image("scans/p1/a2.nii.gz", seed: 2)
        try tree.label("masks/a1.nii.gz", [(1, Boxes.liver), (2, Boxes.tumour), (255, Boxes.spleen)])
        var options = ImportOptions()
        options.description = try DatasetMapFile.parse(Self.whole, file: "m.yaml")
        options.map = options.description?.labels
        let layout = try LayoutRecogniser(options: options).recognise(tree.root)
        #expect(layout.name == .mapped && layout.release == "ours")
        let list = try layout.cases()
        #expect(list.cases.map(\.name) == ["a1", "a2"] && list.cases.map(\.subject) == ["p1", "p1"])
        #expect(list.cases.map(\.labels.count) == [1, 0])
        let found = try CaseInspector(layout: layout, options: options).inspect(list.cases[0])
        #expect(found.labels.map(\.organ) == ["liver"], "the tumour is not complete, so it is unlabelled")
        let mask = try #require(found["liver"]?.mask)
        #expect(mask.knownVoxels == Tree.shape.count - Boxes.count(Boxes.spleen))
        #expect(found["liver"]?.origin == .assisted)
    }

    /// The description of an nnU-Net dataset names the value, but the caller's map takes its place.
    @Test func aValueMissingFromTheMapIsRefusedAlsoWhereTheDescriptionNamesIt() throws {
        let tree = Tree()
        try tree.write(
            #"{"channel_names":{"0":"CT"},"labels":{"background":0,"liver":1,"spleen":3},"file_ending":".nii.gz"}"#,
            to: "dataset.json")
        try tree.image("imagesTr/one_0000.nii.gz")
        try tree.label("labelsTr/one.nii.gz", [(1, Boxes.liver), (3, Boxes.spleen)])
        var options = ImportOptions()
        options.map = try DatasetMapFile.parse("labels: {1: liver}", file: "m.yaml").labels
        let error = importError { _ = try inspected(tree, options) }
        #expect(error == .unknownValues(file: "labelsTr/one.nii.gz", values: [3]))
        options.map = try DatasetMapFile.parse("labels: {1: liver, 3: spleen}", file: "m.yaml").labels
        #expect(try inspected(tree, options).labels.map(\.status) == [.annotated, .annotated])
    }

    @Test func thePatternNamesTheOrganOfAFile() throws {
        let tree = Tree()
        try tree.image("a/scan.nii.gz")
        try tree.label("a/Leber-liver.nii.gz", [(1, Boxes.liver)])
        try tree.label("a/Leber-spleen.nii.gz", [])
        var options = ImportOptions()
        options.description = try DatasetMapFile.parse(
            "images: '{case}/scan.nii[.gz]'\nlabels: '{case}/*-{organ}.nii.gz'\n", file: "m.yaml")
        let layout = try LayoutRecogniser(options: options).recognise(tree.root)
        let files = try #require(try layout.cases().cases.first)
        let found = try CaseInspector(layout: layout, options: options).inspect(files)
        #expect(found["liver"]?.status == .annotated && found["spleen"]?.status == .absent)
    }

    @Test(arguments: [
        ("values:\n  1: liver\n  2: spleen\n  1: pancreas\n", 4, "duplicate key, 1"),
        ("release: a\nvalues: {1: liver}\nrelease: b\n", 3, "duplicate key, release"),
        ("values:\n  1: [liver, spleen\n", 2, "flow sequence"),
        ("values: {1: liver\n\n\n", 1, "flow mapping"),
    ]) func invalidYAMLIsReportedWithItsLine(text: String, line: Int, phrase: String) {
        guard
            case .wrongLine(_, let found, let problem)? = importError({
                _ = try DatasetMapFile.parse(text, file: "m.yaml")
            })
        else {
            Issue.record("accepted: \(text)")
            return
        }
        #expect(found == line && problem.contains(phrase), "\(found) \(problem)")
    }

    @Test func aByteOrderMarkIsNoPartOfAMap() throws {
        let tree = Tree()
        let text = "values: {1: liver}\n"
        try tree.write([0xEF, 0xBB, 0xBF] + Array(text.utf8), to: "m.yaml")
        #expect(try DatasetMapFile.read(tree.path("m.yaml")).labels.organs == ["liver"])
        #expect(try DatasetMapFile.parse("\u{FEFF}" + text, file: "m.yaml").labels.organs == ["liver"])
    }

    @Test(arguments: [[0xFF, 0xFE], []]) func aMapInUTF16OrLatin1IsNamed(mark: [UInt8]) throws {
        let tree = Tree()
        let ascii = Array("values: {1: liver}".utf8)
        try tree.write(mark + ascii.flatMap { [$0, 0] }, to: "m.yaml")
        guard case .document("m.yaml", let wide)? = importError({ _ = try DatasetMapFile.read(tree.path("m.yaml")) })
        else {
            Issue.record("accepted")
            return
        }
        #expect(wide.problem.contains("UTF-16") && wide.remedy.contains("UTF-8"))
        try tree.write(Array("# Gr\n".utf8) + [0xF6, 0xDF, 0x65] + ascii, to: "m.yaml")
        guard case .document(_, let latin)? = importError({ _ = try DatasetMapFile.read(tree.path("m.yaml")) }) else {
            Issue.record("accepted")
            return
        }
        #expect(latin.line == 2 && latin.problem.contains("UTF-8"))
    }

    private func problems(_ text: String) -> [(line: Int, problem: String)] {
        switch importError({ _ = try DatasetMapFile.parse(text, file: "m.yaml") }) {
        case .wrongLines(_, let found)?: found.map { ($0.line, $0.problem) }
        case .wrongLine(_, let line, let problem)?: [(line, problem)]
        default: []
        }
    }

    @Test(arguments: [
        ("values:\n  1: liver\n  2: spleen\n  1: pancreas\nmodality: XR\norigin: nobody\n", [4, 5, 6]),
        ("values: {1: liver, 2: moon, 1: spleen, 1: liver}\nmodality: XR\n", [1, 1, 2]),
        ("release: a\nvalues:\n  '1': liver\n  x: spleen\n  '1': spleen\nrelease: b\n", [4, 5, 6]),
        ("values: {\n  1: liver,\n  1: spleen\n}\nmodality: XR\n", [3, 5]),
        ("values:\r\n  1: liver\r\n  1: spleen\r\nmodality: XR\r\n", [3, 4]),
    ]) func aDuplicateKeyHidesNoOtherMistake(text: String, lines: [Int]) {
        let found = problems(text)
        #expect(found.map(\.line) == lines, "\(found)")
        #expect(found.contains { $0.problem.contains("duplicate key, ") })
        #expect(!found.contains { $0.problem.contains("\u{F8FF}") })
    }

    @Test func meaningsAndPatternsThatAreNoneAreNamed() {
        for (text, line, phrase) in [
            ("values:\n  1: [liver, background]\n", 2, "means background beside an organ"),
            ("values:\n  1: [ignored, liver]\n", 2, "means ignored beside an organ"),
            ("images: null\nlabels: l/{case}.nii\nvalues: {1: liver}\n", 1, "a pattern is missing"),
            ("images: 'i\\{case}.nii'\nlabels: l/{case}.nii\nvalues: {1: liver}\n", 1, "backslash"),
        ] {
            let found = problems(text)
            #expect(found.first?.line == line && found.first?.problem.contains(phrase) == true, "\(text): \(found)")
        }
    }

    /// Two names of one organ are more often a slip than a wish.
    @Test func valuesThatMeanOneOrganAreNamed() throws {
        let tree = Tree()
        try tree.image("imagesTr/a_0000.nii.gz")
        try tree.label("labelsTr/a.nii.gz", [(1, Boxes.liver), (3, Boxes.spleen)])
        try tree.write(
            #"{"channel_names":{"0":"CT"},"labels":{"background":0,"liver":1,"hepar":3,"kidney":[2,4]},"file_ending":".nii.gz"}"#,
            to: "dataset.json")
        let findings = try listed(tree).findings
        #expect(findings.count == 1, "a region of several values is one label: \(findings)")
        #expect(findings.first?.problem.contains("1 (liver), 3 (hepar) all mean liver") == true, "\(findings)")
        var options = ImportOptions()
        options.description = try DatasetMapFile.parse(
            "images: imagesTr/{case}_0000.nii.gz\nlabels: labelsTr/{case}.nii.gz\nvalues: {1: liver, 3: liver}\n",
            file: "m.yaml")
        options.map = options.description?.labels
        let mapped = try listed(tree, options).findings
        #expect(mapped.contains { $0.problem.contains("1 (liver), 3 (liver) all mean liver") }, "\(mapped)")
    }

    @Test(arguments: ["-1", "3.5", "1e400", "[]", "[1, -2]"]) func aLabelThatIsNoValueHasItsLine(value: String) throws {
        let tree = Tree()
        try tree.image("imagesTr/a_0000.nii.gz")
        try tree.write(
            "{\"labels\": {\"background\": 0,\n \"spleen\": 2,\n \"liver\": \(value)},\n \"file_ending\": \".nii.gz\"}",
            to: "dataset.json")
        guard case .document("dataset.json", let problem)? = importError({ _ = try listed(tree) }) else {
            Issue.record("accepted \(value)")
            return
        }
        #expect(problem.line == 3 && problem.problem.contains("liver"), "\(problem)")
    }
}
