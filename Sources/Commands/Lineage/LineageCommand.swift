internal import ArgumentParser
internal import Catalog
internal import Console
internal import Workflows

struct LineageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lineage", abstract: "List everything that a mask, checkpoint or volume was derived from.",
        discussion: """
            A mask is named by its id (12 or mask:12), a checkpoint as checkpoint:3, and a volume as volume:4, by \
            DATASET/CASE or by its file. With --forward, everything derived from it is listed instead.

            EXAMPLE:
              $ lacuna lineage 1
              depth  via        kind        id  dataset/case      label
                  0  -          mask         1  internal/img0001  liver in 1
                  1  made by    activity     1  -                 import by lacuna, …
                  1  read from  label file   1  -                 internal/img0001: …
                  1  of         volume       1  internal/img0001  48x48x24
                  2  read from  image file   1  -                 internal/img0001: …
                  2  read from  image file   9  -                 ours/img0001: …
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Mask, checkpoint or volume to start from.")
    var start: String

    @Flag(help: "List everything derived from the start.")
    var forward = false

    func run() async throws {
        try await Session.with(options) { session in
            let nodes = try await LineageWalk(session.workspace).run(.init(start: start, isForward: forward))
            session.output.report(nodes, LineageNode.columns)
        }
    }
}

extension LineageNode {
    fileprivate static var columns: [Column<LineageNode>] {
        [
            Column("depth") { $0.depth }, Column("via", in: .whereItFits(rank: 1)) { $0.via },
            Column("kind") { $0.kind },
            Column("id", in: .whereItFits(rank: 1)) { $0.id }, Column("case", title: "dataset/case") { $0.caseName },
            Column("label") { $0.label },
        ]
    }
}
