import Importers
import Testing

/// The table of crops beside Gibson's labels.
@Suite struct GibsonTests {
    private static let header =
        "publisher,original_id,extent_ant,extent_post,extent_left,extent_right,extent_inf,extent_sup"

    /// The cases of the miniature with another table.
    private func cases(_ lines: [String], separator: String = "\n") throws -> CaseList {
        let miniature = try #require(Miniature.all.first { $0.name == "gibson" })
        let tree = try miniature.make()
        try tree.write(lines.joined(separator: separator) + separator, to: "cropping.csv")
        return try listed(tree, miniature.options(tree))
    }

    @Test func aLabelWithoutARowIsAFinding() throws {
        let list = try cases([Self.header, "Synapse,1,2,12,0,14,2,9"])
        let finding = try #require(list.findings.first)
        #expect(list.findings.count == 1 && finding.kind == .scope && finding.file == "cropping.csv")
        #expect(finding.problem.contains("label_tcia_multiorgan/label0002.nii.gz"), "\(finding)")
        #expect(!finding.problem.contains("label0001"), "\(finding)")
    }

    /// As a spreadsheet writes it; the first column is one that is required.
    @Test func aTableWithAByteOrderMarkIsRead() throws {
        let list = try cases(
            ["\u{feff}" + Self.header, "TCIA,2,1,11,1,15,3,10", "Synapse,1,2,12,0,14,2,9"], separator: "\r\n")
        #expect(list.findings.isEmpty && list.refused.isEmpty)
        #expect(Set(list.cases.map(\.name)) == ["PANCREAS_0002", "img0001"])
    }
}
