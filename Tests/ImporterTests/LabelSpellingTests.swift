import Domain
import Importers
import Testing

/// A value is one number, however it is written; two meanings of it are refused with both lines.
@Suite struct LabelSpellingTests {
    private static let others = ["01", "+1", "1.0", "001.00"]

    private static func problem(_ body: () throws -> Void) throws -> String {
        let found = importError(body)
        let error = try #require(found)
        #expect(!error.remedy.isEmpty)
        return error.problem
    }

    @Test(arguments: others + ["'1'"]) func inAMap(other: String) throws {
        let text = "values:\n  1: liver\n  2: spleen\n  \(other): background\n"
        let problem = try Self.problem { _ = try DatasetMapFile.parse(text, file: "m.yaml") }
        #expect(problem.contains("line 2") && problem.contains("line 4") && problem.contains("1"))
    }

    @Test func classFilesInAMap() throws {
        let text =
            "images: \"{case}/CT.nii.gz\"\nlabels: \"{case}/{organ}.nii.gz\"\nvalues:\n  Leber: liver\n  LEBER: spleen\n"
        let problem = try Self.problem { _ = try DatasetMapFile.parse(text, file: "m.yaml") }
        #expect(problem.contains("line 4") && problem.contains("line 5"))
    }

    @Test(arguments: others) func inDatasetJSON(other: String) throws {
        for more in ["", #","training":[{"image":"./imagesTr/c.nii.gz","label":"./labelsTr/c.nii.gz"}]"#] {
            let tree = Tree()
            try tree.write(
                "{\"labels\":{\"0\":\"background\",\n\"1\":\"liver\",\n\"\(other)\":\"spleen\"}\(more)}",
                to: "dataset.json")
            try tree.image("imagesTr/c_0000.nii.gz")
            try tree.label("labelsTr/c.nii.gz", [(1, Boxes.liver)])
            let problem = try Self.problem { _ = try listed(tree) }
            #expect(problem.contains("line 2") && problem.contains("line 3"), "\(problem)")
        }
    }

    @Test(arguments: others) func inADatalist(other: String) throws {
        let tree = Tree()
        try tree.write(
            "{\"label_dict\":{\n\"1\":\"liver\",\n\"\(other)\":\"spleen\"},\"training\":[{\"image\":\"c.nii.gz\"}]}",
            to: "list.json")
        let problem = try Self.problem { _ = try listed(tree) }
        #expect(problem.contains("line 2") && problem.contains("line 3"), "\(problem)")
    }

    @Test func aKeyThatIsNoValueInADatalist() throws {
        let tree = Tree()
        try tree.write(
            "{\"label_dict\":{\n\"1\":\"liver\",\n\"two\":\"spleen\"},\"training\":[{\"image\":\"c.nii.gz\"}]}",
            to: "list.json")
        #expect(try Self.problem { _ = try listed(tree) }.contains("line 3"))
    }

    @Test(arguments: others) func inATableOfBIDS(other: String) throws {
        let tree = Tree()
        try tree.write(#"{"Name":"x","BIDSVersion":"1.8.0"}"#, to: "dataset_description.json")
        try tree.write("index\tname\n1\tliver\n2\tspleen\n\(other)\tspleen\n", to: "dseg.tsv")
        try tree.image("sub-1/anat/sub-1_T1w.nii.gz")
        try tree.label("sub-1/anat/sub-1_dseg.nii.gz", [(1, Boxes.liver)])
        guard case .refused(let error)? = try listed(tree).refused.first?.outcome else {
            Issue.record("accepted")
            return
        }
        #expect(error.problem.contains("line 4") && error.problem.contains("line 2"), "\(error.problem)")
    }

    @Test func otherSpellingsAloneAreRead() throws {
        let map = try DatasetMapFile.parse("values: {01: liver, '2.0': spleen}\nbackground: ['+3']\n", file: "m.yaml")
        #expect(map.labels[1]?.organs == ["liver"] && map.labels[2]?.organs == ["spleen"] && map.background == [3])
    }
}
