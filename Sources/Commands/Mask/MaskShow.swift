internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Workflows

struct MaskShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one mask: volume, organ, origin, location of its bytes, activity.",
        discussion: """
            EXAMPLE:
              $ lacuna mask show 119
              id            119
              volume        1
              organ         liver
              current       yes
              origin        expert
              dataset       -
              rater         ab
              …
              reason        leak into the stomach
              …
              state         present
              …
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Mask, by its id.")
    var mask: Int64

    func run() async throws {
        try await Session.with(options) { session in
            let found = try await MaskInspection(session.workspace).run(MaskID(mask))
            let (facts, version) = (found.mask, found.version)
            session.output.report(
                [
                    Cell.Field("id", facts.location.mask.rawValue), Cell.Field("volume", facts.volume.rawValue),
                    Cell.Field("organ", facts.organ.rawValue), Cell.Field("current", version?.isCurrent ?? false),
                    Cell.Field("origin", version?.origin.rawValue), Cell.Field("dataset", found.event?.dataset),
                    Cell.Field("rater", found.event?.rater), Cell.Field("round", version?.round),
                    Cell.Field("withheld", version?.withheld), Cell.Field("confidence", version?.confidence),
                ] + (version?.quality).fields + [
                    Cell.Field("voxels", facts.voxels),
                    Cell.Field("knownVoxels", facts.knownVoxels), Cell.Field("extent", found.limits.extent?.bounds),
                    Cell.Field("parent", facts.parent?.rawValue), Cell.Field("activity", facts.activity.rawValue),
                    Cell.Field("reason", found.event?.reason),
                    Cell.Field("content", facts.location.content.description),
                    Cell.Field("object", facts.location.object.description),
                    Cell.Field("offset", facts.location.offset),
                    Cell.Field("length", facts.location.length), Cell.Field("state", found.bytes.name),
                    Cell.Field("purged", found.bytes.purge?.time),
                    Cell.Field("purgedBy", found.bytes.purge?.activity.rawValue),
                ])
        }
    }
}

extension MaskInspection.Bytes {
    fileprivate var name: String {
        switch self {
        case .present: "present"
        case .purged: "purged"
        case .missing: "missing"
        }
    }

    fileprivate var purge: PurgeEvent? { if case .purged(let event) = self { event } else { nil } }
}
