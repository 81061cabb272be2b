internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Workflows

struct OrganList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List organs and lesions with their keys and SNOMED CT codes.",
        discussion: """
            EXAMPLE:
              $ lacuna organ list --matching kidney
              organ              name               snomed     laterality  lesion  …
              kidney_right       Right kidney       64033007   right       no
              kidney_left        Left kidney        64033007   left        no
              kidney_cyst_left   Left kidney cyst   367643001  left        yes
              …
            """)

    @OptionGroup var options: GlobalOptions

    @Option(help: .value("text", "Text that the key, the name or a synonym of the organ contains."))
    var matching: String?

    func run() async throws {
        try await Session.with(options) { session in
            let organs = try await OrganSearch(catalog: session.catalog).list(containing: matching)
            session.output.report(
                organs, OrganRow.columns, empty: "No key, name or synonym of an organ contains \(matching ?? "").")
        }
    }
}

extension OrganRow {
    static var columns: [Column<OrganRow>] {
        [
            Column("organ") { $0.organ.rawValue },
            Column("name") { $0.name },
            Column("snomed") { $0.snomed },
            Column("laterality", in: .whereItFits()) { $0.laterality },
            Column("lesion", in: .whereItFits(rank: 1)) { $0.isLesion },
            Column("partOf", in: .whereItFits(rank: 2)) { $0.partOf.map(\.rawValue) },
            Column("divisionOf", in: .wideOnly) { $0.divisionOf.map(\.rawValue) },
            Column("overlaps", in: .wideOnly) { $0.overlaps.map(\.rawValue) },
            Column("variantOf", in: .whereItFits(rank: 2)) { $0.variantOf?.rawValue },
            Column("lesionOf", in: .wideOnly) { $0.host?.rawValue },
            Column("synonyms", in: .wideOnly) { $0.synonyms },
        ]
    }
}
