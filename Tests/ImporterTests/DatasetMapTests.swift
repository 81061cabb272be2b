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
}
