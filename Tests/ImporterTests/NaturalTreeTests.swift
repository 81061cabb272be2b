import Domain
import Imaging
import Testing

@testable import Importers

/// Folders as people keep them: one for each patient, with one file for each organ beside the image.
@Suite struct NaturalTreeTests {
    static let map = "images: \"{patient}/CT.nii.gz\"\nlabels: \"{patient}/{organ}.nii.gz\"\n"

    private static func tree() throws -> Tree {
        let tree = Tree()
        for (index, patient) in ["Anna", "Bert"].enumerated() {
            try tree.image("\(patient)/CT.nii.gz", seed: index)
            try tree.label("\(patient)/liver.nii.gz", [(1, Boxes.liver)])
            try tree.label("\(patient)/Milz.nii.gz", [(1, Boxes.spleen)])
        }
        return tree
    }

    private static func options(_ map: String) throws -> ImportOptions {
        var options = ImportOptions()
        options.description = try DatasetMapFile.parse(map, file: "m.yaml")
        if options.description?.labels.entries.isEmpty == false { options.map = options.description?.labels }
        return options
    }

    @Test func theImageIsNoLabelAndThePatientNamesTheCase() throws {
        let list = try listed(try Self.tree(), try Self.options(Self.map + "values: {Milz: spleen}\n"))
        #expect(list.cases.map(\.name) == ["Anna", "Bert"] && list.cases.map(\.subject) == ["Anna", "Bert"])
        #expect(list.cases.map { $0.labels.count } == [2, 2] && list.refused.isEmpty)
    }

    @Test func filesOfNoInterestAreDeclared() throws {
        let tree = try Self.tree()
        try tree.image("Anna/Dose.nii.gz", seed: 7)
        let options = try Self.options(Self.map + "values:\n  Milz: spleen\n  dose: ignored\n")
        let list = try listed(tree, options)
        #expect(list.refused.isEmpty && list.cases[0].labels.count == 2)
        #expect(!list.findings.contains { $0.problem.contains("Dose") })
        let found = try inspected(tree, options)
        #expect(found["spleen"]?.status == .annotated && found["liver"]?.status == .annotated)
    }

    @Test func aFileThatMatchesNoOrganTellsHow() throws {
        let list = try listed(try Self.tree(), try Self.options(Self.map))
        guard case .refused(let error)? = list.refused.first?.outcome else {
            Issue.record("accepted")
            return
        }
        #expect(error.problem.contains("Milz") && error.remedy.contains("values"))
    }

    /// Without a map, the refusal has the map to write, and that map imports the tree.
    @Test func aTreeWithoutAMapIsRefusedWithTheMap() throws {
        let tree = try Self.tree()
        let error = try #require(importError { _ = try listed(tree) })
        #expect(error.problem.contains("2 folders with an image") && error.remedy.contains("--map FILE.yaml"))
        let lines = ["images: \"{patient}/CT.nii.gz\"", "labels: \"{patient}/{organ}.nii.gz\""]
        for line in lines { #expect(error.remedy.contains(line), "\(error.remedy)") }
        let list = try listed(tree, try Self.options(lines.joined(separator: "\n") + "\nvalues: {Milz: spleen}\n"))
        #expect(list.cases.count == 2)
    }

    @Test func theImageOfATreeIsTheOnlyCommonFileOrAnUsualName() {
        #expect(
            NaturalTree(["a/x/MR.nii", "a/x/liver.nii", "b/y/MR.nii", "b/y/spleen.nii"])?.images
                == "{patient}/{case}/MR.nii")
        #expect(
            NaturalTree(["a/in.nii", "a/liver.nii", "b/in.nii", "b/spleen.nii"])?.labels == "{patient}/{organ}.nii")
        #expect(NaturalTree(["a/in.nii", "a/liver.nii", "b/in.nii", "b/liver.nii"]) == nil, "which is the image?")
        #expect(NaturalTree(["a/image.nii.gz", "a/liver.nii.gz", "b/notes.txt"])?.folders == 1)
        #expect(NaturalTree(["CT.nii", "liver.nii"]) == nil)
        #expect(NaturalTree(["a/CT.nii", "a/liver.nii", "b/c/CT.nii", "b/c/liver.nii"]) == nil)
    }

    @Test func aPatternWithoutQuotesIsNamed() {
        let error = importError { _ = try Self.options("images: {case}/CT.nii.gz\nlabels: x\n") }
        #expect(
            error?.problem.contains("in quotes, as in \"{case}/CT.nii.gz\"") == true, "\(String(describing: error))")
        let other = importError { _ = try Self.options("images: [a\nlabels: x\n") }
        #expect(other?.problem.contains("quotes") == false)
    }

    @Test func patternsThatMatchNothingAreRefusedOrNamed() throws {
        let tree = try Self.tree()
        let options = try Self.options(
            "images: \"{patient}/ct.nii.gz\"\nlabels: \"masks/{patient}_{organ}.nii.gz\"\n")
        let error = try #require(importError { _ = try listed(tree, options) })
        #expect(error.problem.contains("masks/{patient}_{organ}.nii.gz") && error.problem.contains("Anna/Milz.nii.gz"))
        #expect(error.remedy.contains("capitals"))
        let some = try Self.options(
            "images: \"{patient}/CT.nii.gz\"\nlabels: [\"{patient}/liver_{organ}.nii.gz\", \"{patient}/{organ}er.nii.gz\"]\n"
                + "values: {liv: liver}\n")
        let list = try listed(tree, some)
        #expect(list.cases.count == 2)
        #expect(list.refused.map(\.name) == ["{patient}/liver_{organ}.nii.gz"])
        #expect(list.findings.contains { $0.problem.contains("Milz.nii.gz") })
    }

    @Test func valuesOfNoInterestAreDeclared() throws {
        let tree = Tree()
        try tree.image("img/a.nii.gz")
        try tree.label("lab/a.nii.gz", [(1, Boxes.liver), (7, Boxes.tumour), (9, Boxes.spleen)])
        let head = "images: img/{case}.nii[.gz]\nlabels: lab/{case}.nii[.gz]\n"
        for map in [
            head + "values: {0: background, '1': liver, 7: background, 9: ignored}\n",
            head + "values: {1: liver}\nbackground: [0, 7]\nignored: 9\n",
        ] {
            let found = try inspected(tree, try Self.options(map))
            #expect(found["liver"]?.mask?.knownVoxels == Tree.shape.count - Boxes.count(Boxes.spleen), "\(map)")
            #expect(found["liver"]?.mask?.voxels == Boxes.count(Boxes.liver) - Boxes.count(Boxes.tumour))
        }
    }

    @Test func allMistakesOfAMapAreReportedAtOnce() {
        let text = """
            images: /abs/{case}.nii.gz
            labels: lab/{case}.nii.gz
            values:
              1: lever
              2: [liver, spleen]
              x: liver
            origin: surgeon
            colour: red
            background: [1, y]
            """
        guard case .wrongLines("m.yaml", let problems)? = importError({ _ = try Self.options(text) }) else {
            Issue.record("accepted, or one at a time")
            return
        }
        #expect(problems.map(\.line) == [1, 4, 5, 6, 7, 8, 9], "\(problems)")
        #expect(problems.contains { $0.problem.contains("liver and spleen") })
    }
}
