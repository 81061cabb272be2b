internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Workflows

struct ReviewNext: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "next", abstract: "List the masks to look at first, and why.",
        discussion: """
            The list has visible pseudo labels and withheld masks with foreground, one of each organ in turn. Within an organ, the \
            benefit per minute decides: the expected error and the width of its interval, whether the mask was withheld or differs \
            in size from that of the round before, and how few annotations the organ has. The minutes are the median of those recorded \
            for the organ, or else estimated from its size.

            EXAMPLE:
              $ lacuna review next --minutes 15
              volume  dataset/case      organ     mask  minutes  why
                   7  internal/img0007  pancreas   210      2.6  withheld: lowQuality; …
                   5  internal/img0005  spleen     199      3.4  predicted Dice 0.78, …
            """)

    @OptionGroup var options: GlobalOptions

    @Option(help: .value("number", "Only masks that can be looked at in this time together."))
    var minutes: Double?

    @Option(help: "Only this organ: its key or another spelling.")
    var organ: String?

    @Option(
        name: .customLong("for"),
        help: .value(
            "name", "Without masks that others are assigned to, and that this person skipped or decided about."))
    var person: String?

    @Option(help: .value("number", "Maximum number of masks."))
    var limit: Int?

    func validate() throws {
        if let minutes, !(minutes > 0 && minutes.isFinite) { throw ValidationError("--minutes must be above 0.") }
        if let limit, limit < 1 { throw ValidationError("--limit must be at least 1.") }
    }

    func run() async throws {
        var request = ReviewQueue.Request()
        (request.organ, request.person, request.minutes, request.limit) = (organ, person, minutes, limit)
        try await Session.with(options) { [request] session in
            let items = try await ReviewQueue(catalog: session.catalog).items(request)
            session.output.report(
                items, ReviewItem.columns, empty: "No mask waits for a decision in this time, of this organ and person."
            )
        }
    }
}

extension ReviewItem {
    fileprivate static var columns: [Column<ReviewItem>] {
        [
            Column("volume") { $0.candidate.volume.rawValue },
            Column("case", title: "dataset/case") { $0.candidate.caseName },
            Column("organ") { $0.candidate.organ.rawValue }, Column("mask") { $0.candidate.mask.rawValue },
            Column("minutes") { Cell.number($0.minutes, places: 1) },
            Column("benefit", in: .wideOnly) { Cell.number($0.benefit, places: 4) },
        ] + Column.quality(in: .wideOnly) { $0.candidate.quality } + [
            Column("withheld", in: .wideOnly) { $0.candidate.withheld },
            Column("annotations", in: .wideOnly) { $0.candidate.annotations },
            Column("assigned", in: .wideOnly) { $0.candidate.assigned },
            Column("why") { $0.reasons.joined(separator: "; ") },
        ]
    }
}
