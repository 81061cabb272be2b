internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct LineageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lineage", abstract: "Walk from a mask, checkpoint or volume to everything behind it.",
        discussion: """
            Name a mask by its id (12 or mask:12), a checkpoint as checkpoint:3, a volume as volume:4, volume:DATASET/CASE \
            or DATASET/CASE.
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Start here.")
    var start: String

    @Flag(help: "Walk to everything derived from it instead.")
    var forward = false

    func run() async throws {
        try await Session.with(options) { session in
            let root = try await Self.root(start, session)
            let nodes = try await session.catalog.lineage(of: root, forward: forward)
            session.output.report(nodes, LineageNode.columns)
        }
    }

    private static func root(_ name: String, _ session: Session) async throws -> LineageRoot {
        let parts = name.split(separator: ":", maxSplits: 1).map(String.init)
        switch (parts.count, parts.first) {
        case (2, "mask"): return .mask(try await existingMask(parts[1], session))
        case (2, "checkpoint"):
            guard let id = Int64(parts[1]) else { throw usage(name) }
            try await session.catalog.require(CheckpointID(id))
            return .checkpoint(CheckpointID(id))
        case (2, "volume"): return .volume(try await session.volume(named: parts[1]).id)
        default:
            if Int64(name) != nil { return .mask(try await existingMask(name, session)) }
            return .volume(try await session.volume(named: name).id)
        }
    }

    private static func existingMask(_ text: String, _ session: Session) async throws -> MaskID {
        guard let id = Int64(text) else { throw usage(text) }
        return try await session.catalog.mask(MaskID(id)).location.mask
    }

    private static func usage(_ name: String) -> CommandFailure {
        CommandFailure(.usage, "\(name) names nothing", remedy: "see lacuna lineage --help")
    }
}

extension LineageNode {
    fileprivate static var columns: [Column<LineageNode>] {
        [
            Column("depth") { $0.depth }, Column("via") { $0.via }, Column("kind") { $0.kind },
            Column("id") { $0.id }, Column("case") { $0.caseName }, Column("label") { $0.label },
        ]
    }
}
