import FoundationEssentials
import Glibc
import Importers
import Testing

/// A description that is no text file is refused at once, with its name.
@Suite struct DescriptionFileTests {
    private static func refusal(_ prepare: (Tree) throws -> Void) throws -> ImportError {
        let tree = Tree()
        try prepare(tree)
        let error = try #require(importError { _ = try DatasetMapFile.read(tree.path("m.yaml")) })
        #expect(error.file.hasSuffix("m.yaml") && !error.remedy.isEmpty)
        return error
    }

    @Test func pipesAndFoldersAreRefused() throws {
        #expect(try Self.refusal { mkfifo($0.path("m.yaml"), 0o600) }.problem.contains("pipe"))
        #expect(try Self.refusal { mkdir($0.path("m.yaml"), 0o700) }.problem.contains("folder"))
        #expect(try Self.refusal { _ in }.problem.contains("No such file"))
    }

    @Test func hugeFilesAreNotRead() throws {
        let error = try Self.refusal { tree in
            try tree.write("values: {1: liver}\n", to: "m.yaml")
            truncate(tree.path("m.yaml"), 2 << 30)
        }
        #expect(error.problem.contains("256 MiB"))
    }

    @Test func otherEncodingsAreNamed() throws {
        let utf16: [UInt8] = [0xFF, 0xFE] + "values: {1: liver}\n".utf8.flatMap { [$0, 0] }
        for bytes in [utf16, Array(utf16.dropFirst(2)), Array("values: {1: liver\0}\n".utf8)] {
            let error = try Self.refusal { try $0.write(bytes, to: "m.yaml") }
            #expect(error.problem.contains("UTF-16") && error.remedy.contains("UTF-8"))
        }
        let latin = try Self.refusal {
            try $0.write(Array("values: {1: M".utf8) + [0xE4] + Array("}\n".utf8), to: "m.yaml")
        }
        #expect(latin.problem.contains("UTF-8"))
    }

    @Test func pipesInTheFolderAreRefused() throws {
        let tree = Tree()
        mkfifo(tree.path("list.json"), 0o600)
        #expect(importError { _ = try listed(tree) }?.problem.contains("not a regular file") == true)
        #expect(importError { _ = try listed(tree, at: "list.json") }?.file.hasSuffix("list.json") == true)
        let table = Tree()
        try table.write(#"{"Name":"x","BIDSVersion":"1.8.0"}"#, to: "dataset_description.json")
        try table.image("sub-1/anat/sub-1_T1w.nii.gz")
        try table.label("sub-1/anat/sub-1_dseg.nii.gz", [(1, Boxes.liver)])
        mkfifo(table.path("sub-1/anat/sub-1_dseg.tsv"), 0o600)
        var list = try listed(table)
        list.refuseUnusable(in: table.root)
        #expect(list.cases.isEmpty && list.refused.contains { $0.name == "sub-1/anat/sub-1_dseg.tsv" })
    }

    @Test func aTableOfExcelIsNamed() throws {
        let tree = Tree()
        try tree.write(#"{"Name":"x","BIDSVersion":"1.8.0"}"#, to: "dataset_description.json")
        try tree.write([0xFF, 0xFE] + "index\tname\n1\tliver\n".utf8.flatMap { [$0, 0] }, to: "dseg.tsv")
        try tree.image("sub-1/anat/sub-1_T1w.nii.gz")
        try tree.label("sub-1/anat/sub-1_dseg.nii.gz", [(1, Boxes.liver)])
        guard case .refused(let error)? = try listed(tree).refused.first?.outcome else {
            Issue.record("accepted")
            return
        }
        #expect(error.problem.contains("UTF-16") && error.file == "dseg.tsv")
    }
}
