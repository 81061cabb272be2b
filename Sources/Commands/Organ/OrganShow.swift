internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Workflows

struct OrganShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show the code, relations and synonyms of an organ.",
        discussion: """
            EXAMPLE:
              $ lacuna organ show "left kidney"
              organ        kidney_left
              name         Left kidney
              snomed       64033007
              laterality   left
              lesion       no
              part of      kidney
              …
              division of  kidney
              …
              synonyms     kidney L, kidneyL, left kidney, lkid
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Key, name or synonym of the organ.")
    var organ: String

    func run() async throws {
        try await Session.with(options) { session in
            session.output.report(try await OrganSearch(catalog: session.catalog).find(organ).fields)
        }
    }
}

extension OrganSearch.Found {
    fileprivate var fields: [Cell.Field] {
        [
            Cell.Field("organ", organ.organ.rawValue), Cell.Field("name", organ.name),
            Cell.Field("snomed", organ.snomed), Cell.Field("laterality", organ.laterality),
            Cell.Field("lesion", organ.isLesion), Cell.Field("partOf", organ.partOf.map(\.rawValue)),
            Cell.Field("parts", parts.map(\.rawValue)), Cell.Field("divisionOf", organ.divisionOf.map(\.rawValue)),
            Cell.Field("overlaps", organ.overlaps.map(\.rawValue)),
            Cell.Field("variantOf", organ.variantOf?.rawValue), Cell.Field("variants", variants.map(\.rawValue)),
            Cell.Field("lesionOf", organ.host?.rawValue), Cell.Field("synonyms", organ.synonyms),
        ]
    }
}
