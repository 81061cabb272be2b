internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct MaskShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one mask: volume, organ, origin, location of its bytes, activity.",
        discussion: """
            EXAMPLE:
              $ lacuna mask show 17
              id           17
              volume       4
              organ        liver
              current      no
              origin       expert
              …
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Mask, by its id.")
    var mask: Int64

    func run() async throws {
        try await Session.with(options) { session in
            let mask = try await session.catalog.mask(MaskID(mask))
            let versions = try await session.catalog.maskHistory(volume: mask.volume, organ: mask.organ)
            let version = versions.first { $0.mask.mask == mask.location.mask }
            let limits = try await session.catalog.limits(of: mask.location.mask)
            session.output.report([
                Cell.Field("id", mask.location.mask.rawValue), Cell.Field("volume", mask.volume.rawValue),
                Cell.Field("organ", mask.organ.rawValue), Cell.Field("current", version?.isCurrent ?? false),
                Cell.Field("origin", version?.origin.rawValue), Cell.Field("round", version?.round),
                Cell.Field("confidence", version?.confidence), Cell.Field("voxels", mask.voxels),
                Cell.Field("knownVoxels", mask.knownVoxels), Cell.Field("extent", limits.extent?.bounds),
                Cell.Field("parent", mask.parent?.rawValue),
                Cell.Field("activity", mask.activity.rawValue),
                Cell.Field("content", mask.location.content.description),
                Cell.Field("object", mask.location.object.description), Cell.Field("offset", mask.location.offset),
                Cell.Field("length", mask.location.length),
            ])
        }
    }
}
