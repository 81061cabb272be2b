import Domain
import FoundationEssentials
import Importers
import Testing

/// Patterns of a map that match nothing, and names that almost match, are errors and no waiting labels.
@Suite struct PatternMatchTests {
    private static func options(_ images: String, _ labels: String) throws -> ImportOptions {
        var options = ImportOptions()
        options.description = try DatasetMapFile.parse(
            "images: \(images)\nlabels: \(labels)\nvalues: {1: liver, 2: spleen}\nmodality: CT\n", file: "m.yaml")
        options.map = options.description?.labels
        return options
    }

    private static func tree() throws -> Tree {
        let tree = Tree()
        for index in 1...2 {
            try tree.image("img/c\(index).nii.gz", seed: index)
            try tree.label("lab/c\(index).nii.gz", [(1, Boxes.liver)])
        }
        return tree
    }

    @Test func labelsThatMatchNothingAreRefused() throws {
        let options = try Self.options("img/{case}.nii.gz", "labels/{case}.nii.gz")
        let error = try #require(importError { _ = try listed(try Self.tree(), options) })
        #expect(error.problem.contains("labels/{case}.nii.gz") && error.problem.contains("lab/c1.nii.gz"))
        #expect(!error.problem.contains("img/{case}.nii.gz,"))
    }

    @Test func onePatternOfSeveralThatMatchesNothingFails() throws {
        let list = try listed(
            try Self.tree(), try Self.options("img/{case}.nii.gz", "[\"lab/{case}.nii.gz\", \"lba/{case}.nii.gz\"]"))
        #expect(list.cases.count == 2 && list.refused.map(\.name) == ["lba/{case}.nii.gz"])
    }

    @Test func imagesThatMatchNothingFailUnlessThereAreNone() throws {
        let options = try Self.options("scans/{case}.nii.gz", "lab/{case}.nii.gz")
        let tree = try Self.tree()
        #expect(try listed(tree, options).refused.map(\.name) == ["scans/{case}.nii.gz"])
        try tree.remove("img")
        let list = try listed(tree, options)
        #expect(list.refused.isEmpty && list.waiting.count == 2)
        #expect(list.findings.contains { $0.problem.contains("scans/{case}.nii.gz") })
    }

    @Test func foldersAreNoFiles() throws {
        let error = try #require(
            importError { _ = try listed(try Self.tree(), try Self.options("\"{case}\"", "labels/{case}.nii.gz")) })
        #expect(error.problem.contains("folders do") || error.problem.contains("no file matches"))
    }

    @Test func filesOfMacOSMatchNothing() throws {
        let tree = try Self.tree()
        try tree.remove("lab")
        try tree.write([0, 5, 22, 7], to: "lab/._c1.nii.gz")
        #expect(
            importError { _ = try listed(tree, try Self.options("img/{case}.nii.gz", "lab/*{case}.nii.gz")) } != nil)
    }

    @Test(arguments: ["c2_seg", "C2", "c2-label", "seg_c2"]) func almostTheSameNameIsNoWaitingLabel(name: String) throws
    {
        let tree = try Self.tree()
        try tree.rename("lab/c2.nii.gz", to: "lab/\(name).nii.gz")
        let list = try listed(tree, try Self.options("img/{case}.nii.gz", "lab/{case}.nii.gz"))
        #expect(list.waiting.isEmpty)
        guard case .refused(.unpaired(let file, let image))? = list.refused.first?.outcome else {
            Issue.record("\(list.refused)")
            return
        }
        #expect(file == "lab/\(name).nii.gz" && image == "img/c2.nii.gz")
    }

    @Test(arguments: ["lab/c2.seg.nrrd", "img/c2-label.mha", "lab/c2_seg.nrrd"]) func aLabelOfAnotherFormatFails(
        path: String
    ) throws {
        let tree = try Self.tree()
        try tree.remove("lab/c2.nii.gz")
        try tree.write("NRRD0004\n", to: path)
        let list = try listed(tree, try Self.options("img/{case}.nii.gz", "lab/{case}.nii.gz"))
        #expect(list.refused.map(\.name) == [path])
    }

    @Test func aLinkToNothingIsNamedWhereTheLabelWaits() throws {
        let tree = try Self.tree()
        try tree.remove("img/c2.nii.gz")
        try tree.link("img/c2.nii.gz", to: "/nowhere/c2.nii.gz")
        let list = try listed(tree, try Self.options("img/{case}.nii.gz", "lab/{case}.nii.gz"))
        guard case .waiting(.waitsForTarget("lab/c2.nii.gz", "img/c2.nii.gz"))? = list.waiting.first?.outcome else {
            Issue.record("\(list.waiting)")
            return
        }
    }

    @Test func namesAreEqualInEveryNormalForm() throws {
        let tree = Tree()
        try tree.image("img/Rene\u{301}.nii.gz")
        try tree.label("lab/Ren\u{e9}.nii.gz", [(1, Boxes.liver)])
        let list = try listed(tree, try Self.options("img/{case}.nii.gz", "lab/{case}.nii.gz"))
        #expect(list.cases.count == 1 && list.cases[0].labels.count == 1)
        #expect(Array(list.cases[0].name.utf8) == Array("Ren\u{e9}".utf8))
        #expect(Array(list.cases[0].image.path.utf8) == Array("img/Rene\u{301}.nii.gz".utf8))
    }

    @Test func twoFilesOfOneNameInTwoNormalFormsAreNotOne() throws {
        let tree = Tree()
        try tree.image("img/Rene\u{301}.nii.gz")
        try tree.image("img/Ren\u{e9}.nii.gz", seed: 1)
        try tree.label("lab/Ren\u{e9}.nii.gz", [(1, Boxes.liver)])
        let list = try listed(tree, try Self.options("img/{case}.nii.gz", "lab/{case}.nii.gz"))
        #expect(list.cases.isEmpty && list.refused.count == 1)
    }
}
