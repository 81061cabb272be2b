internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct MaskHistory: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "List every mask of an organ in a volume, oldest first.")

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name the volume by its id, by DATASET/CASE or by its file.")
    var volume: String

    @Argument(help: "Name the organ by its key.")
    var organ: String

    func run() async throws {
        try await Session.with(options) { session in
            let volume = try await session.catalog.volume(named: volume)
            let versions = try await session.catalog.maskHistory(volume: volume.id, organ: OrganKey(organ))
            session.output.report(versions, MaskVersion.columns)
        }
    }
}

extension MaskVersion {
    fileprivate static var columns: [Column<MaskVersion>] {
        [
            Column("id", title: "mask") { $0.mask.mask.rawValue },
            Column("parent") { $0.parent?.rawValue },
            Column("origin") { $0.origin.rawValue },
            Column("round") { $0.round },
            Column("confidence") { row in row.confidence.map { Cell.number($0, places: 2) } },
            Column("voxels") { $0.voxels },
            Column("activity") { $0.activity.rawValue },
            Column("current") { $0.isCurrent },
        ]
    }
}
