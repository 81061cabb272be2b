internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct OrganShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show the code, relations and synonyms of an organ.",
        discussion: """
            EXAMPLE:
              $ lacuna organ show "left kidney"
              organ       kidney_left
              name        Left kidney
              snomed      64033007
              laterality  left
              partOf      kidney
              divisionOf  kidney
              synonyms    kidney L, kidneyL, left kidney, lkid
              …
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Key, name or synonym of the organ.")
    var organ: String

    func run() async throws {
        try await Session.with(options) { session in
            try await session.catalog.ensureStandardOrgans()
            let organs = try await session.catalog.organs()
            let key = try OrganNames(organs).key(of: organ)
            guard let found = organs.first(where: { $0.organ == key }) else { throw CatalogError.unknownOrgan(organ) }
            let parts = organs.filter { $0.partOf.contains(found.organ) }.map(\.organ.rawValue)
            session.output.report([
                Cell.Field("organ", found.organ.rawValue), Cell.Field("name", found.name),
                Cell.Field("snomed", found.snomed), Cell.Field("laterality", found.laterality),
                Cell.Field("lesion", found.isLesion), Cell.Field("partOf", found.partOf.map(\.rawValue)),
                Cell.Field("parts", parts), Cell.Field("divisionOf", found.divisionOf.map(\.rawValue)),
                Cell.Field("overlaps", found.overlaps.map(\.rawValue)),
                Cell.Field("variantOf", found.variantOf?.rawValue),
                Cell.Field("variants", organs.filter { $0.variantOf == found.organ }.map(\.organ.rawValue)),
                Cell.Field("lesionOf", found.host?.rawValue), Cell.Field("synonyms", found.synonyms),
            ])
        }
    }
}
