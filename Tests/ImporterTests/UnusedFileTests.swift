import Documents
import Domain
import Importers
import Testing

/// Every file in a place of images or labels is used or named.
@Suite struct UnusedFileTests {
    private static func nnunet(_ description: String? = nil) throws -> Tree {
        let tree = Tree()
        let own = #"{"channel_names":{"0":"CT"},"labels":{"background":0,"liver":1},"file_ending":".nii.gz"}"#
        try tree.write(description ?? own, to: "dataset.json")
        try tree.image("imagesTr/a_0000.nii.gz")
        try tree.label("labelsTr/a.nii.gz", [(1, Boxes.liver)])
        return tree
    }

    @Test func aCompleteDatasetHasNoSuchFinding() throws {
        let list = try listed(try Self.nnunet())
        #expect(list.cases.map(\.name) == ["a"] && list.findings.isEmpty && list.cases[0].findings.isEmpty)
    }

    @Test(arguments: [
        "imagesTr/b_0000.nrrd", "labelsTr/b.mha", "labelsTr/b.seg.nrrd", "imagesTr/b_0000.nii.gz.part",
        "labelsTr/b.mgz",
        "labelsTr/b.npz", "imagesTr/b.zip", "labelsTr/old/b.nrrd", "imagesTr/b.dcm",
    ]) func aFileOfAnotherFormatIsNamed(path: String) throws {
        let tree = try Self.nnunet()
        try tree.write([1, 2, 3], to: path)
        #expect(try listed(tree).findings.contains { $0.problem.contains(path) })
    }

    @Test func slicesWithoutEndingAndDanglingLinksAreNamed() throws {
        let tree = try Self.nnunet()
        try tree.write([UInt8](repeating: 0, count: 128) + Array("DICM".utf8) + [0, 1], to: "imagesTr/IM0001")
        try tree.link("imagesTr/gone", to: "/nowhere/x.nii.gz")
        let problems = try listed(tree).findings.map(\.problem).joined(separator: "\n")
        #expect(problems.contains("imagesTr/IM0001") && problems.contains("imagesTr/gone"))
    }

    @Test(arguments: ["README.md", "dataset.xlsx", "imagesTr/a.json", "labelsTr/.hidden", "imagesTr/LICENSE"])
    func textsAndTablesAreNot(path: String) throws {
        let tree = try Self.nnunet()
        try tree.write("text\n", to: path)
        #expect(try listed(tree).findings.isEmpty)
    }

    @Test(arguments: [".nii", ".NII.GZ", ".Nii.gz", ".NII"]) func everyNIfTIEndingIsRead(ending: String) throws {
        let tree = try Self.nnunet()
        let plain = "b_0000" + ending.lowercased()
        try tree.image(plain, seed: 1)
        try tree.rename(plain, to: "imagesTr/b_0000\(ending)")
        try tree.label("labelsTr/b.nii.gz", [(1, Boxes.liver)])
        let list = try listed(tree)
        #expect(list.cases.map(\.name) == ["a", "b"] && list.findings.isEmpty)
        #expect(list.cases[1].image.path == "imagesTr/b_0000\(ending)")
        #expect(try inspected(tree).labels.count == 1)
    }

    @Test func ofTwoFilesOfOneNameTheOtherIsNamed() throws {
        let tree = try Self.nnunet()
        try tree.label("labelsTr/a.nii", [(1, Boxes.spleen)])
        let list = try listed(tree)
        #expect(list.cases[0].labels[0].file.path == "labelsTr/a.nii.gz")
        #expect(list.findings.map(\.file) == ["labelsTr/a.nii"])
    }

    @Test func channelSuffixesThatBreakTheRuleAreReadAndReported() throws {
        let tree = try Self.nnunet()
        try tree.image("imagesTr/b.nii.gz", seed: 1)
        try tree.label("labelsTr/b.nii.gz", [(1, Boxes.liver)])
        try tree.image("imagesTr/c_0000.nii.gz", seed: 2)
        try tree.label("labelsTr/c_0000.nii.gz", [(1, Boxes.liver)])
        try tree.image("imagesTr/a_0001.nii.gz", seed: 3)
        let list = try listed(tree)
        #expect(list.cases.map(\.name) == ["a", "b", "c"] && list.waiting.isEmpty && list.refused.isEmpty)
        #expect(list.cases.map(\.labels.count) == [1, 1, 1])
        #expect(
            list.cases.map { $0.findings.map(\.file) } == [
                ["imagesTr/a_0001.nii.gz"], ["imagesTr/b.nii.gz"], ["labelsTr/c_0000.nii.gz"],
            ])
    }

    @Test func anImageWithoutSuffixOfSeveralChannelsIsRefused() throws {
        let tree = try Self.nnunet(
            #"{"channel_names":{"0":"T1","1":"T2"},"labels":{"liver":1},"file_ending":".nii.gz"}"#)
        try tree.image("imagesTr/b.nii.gz", seed: 1)
        #expect(try listed(tree).refused.contains { $0.name == "b" })
    }

    @Test(arguments: [
        (#"{"0":"background","1":"liver"}"#, ".nii.gz"), (#"{"background":"0","liver":"1"}"#, ".nii.gz"),
        (#"{"background":0,"liver":1}"#, "nii.gz"),
    ]) func descriptionsWithSlipsAreRead(labels: String, ending: String) throws {
        let tree = try Self.nnunet(
            #"{"channel_names":{"0":"CT"},"labels":\#(labels),"file_ending":"\#(ending)"}"#)
        #expect(try inspected(tree)["liver"]?.status == .annotated)
    }

    @Test(arguments: ["nrrd", ".mha", ".png"]) func anEndingThatIsNotReadIsRefused(ending: String) throws {
        let tree = try Self.nnunet(#"{"labels":{"liver":1},"file_ending":"\#(ending)"}"#)
        guard case .unsupported("dataset.json", let what, _)? = importError({ _ = try listed(tree) }) else {
            Issue.record("accepted")
            return
        }
        #expect(what.contains(ending))
    }

    @Test func classFilesOfAnotherFormatAreRefused() throws {
        let tree = Tree()
        try tree.image("s1/ct.nii.gz")
        try tree.write([1, 2], to: "s1/segmentations/liver.nrrd")
        let list = try listed(tree)
        #expect(list.cases.isEmpty && list.refused.map(\.name) == ["s1"])
        let other = Tree()
        try other.write([1, 2], to: "s1/liver.nrrd")
        #expect(importError { _ = try listed(other) }?.description.contains("liver.nrrd") == true)
    }

    @Test func aDescriptionThatIsNoJSONIsNamedWithItsLine() throws {
        let tree = Tree()
        try tree.image("a.nii.gz")
        try tree.write("{\"training\": [\n{'image': 'a.nii.gz'}]}", to: "list.json")
        guard case .document("list.json", let problem)? = importError({ _ = try listed(tree) }) else {
            Issue.record("accepted")
            return
        }
        #expect(problem.line == 2)
    }
}
