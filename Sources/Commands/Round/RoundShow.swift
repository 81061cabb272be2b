internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Rounds

struct RoundShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one round, by organ: held-out Dice, confidence, and why it was not relabelled.",
        discussion: "volumes is how many held-out volumes the mean Dice is taken over.")

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name the run.")
    var name: String

    @Argument(help: "Give the round's number.")
    var number: Int

    func run() async throws {
        try await Session.with(options) { session in
            let rounds = try await session.catalog.rounds(run: name)
            guard let round = rounds.first(where: { $0.round == number }) else {
                throw CommandFailure(
                    .badInput, "run \(name) has no round \(number)", remedy: "lacuna round list --run \(name)")
            }
            let confidence = try await session.catalog.confidence(run: name).filter { $0.round == number }
            let withheld = try await session.catalog.withheld(run: name, round: number)
            let merged = try await session.catalog.mergedOrgans(run: name)
            session.output.report(Self.organs(round, confidence, withheld, merged), RoundOrgan.columns)
        }
    }

    private static func organs(
        _ round: RoundRow, _ confidence: [RoundConfidenceRow], _ withheld: [OrganKey: String],
        _ merged: [OrganKey: [OrganKey]]
    ) -> [RoundOrgan] {
        let byOrgan = Dictionary(confidence.map { ($0.organ, $0) }, uniquingKeysWith: { first, _ in first })
        return Set(round.dice.keys).union(byOrgan.keys).union(withheld.keys).union(merged.keys).sorted().map { organ in
            RoundOrgan(
                round: round, organ: organ, dice: round.dice[organ], confidence: byOrgan[organ],
                withheld: withheld[organ].map { WithholdingReason(rawValue: $0)?.explanation ?? $0 },
                merged: merged[organ]?.map(\.rawValue))
        }
    }
}

/// What a round says of one organ.
private struct RoundOrgan {
    let round: RoundRow
    let organ: OrganKey
    let dice: Double?
    let confidence: RoundConfidenceRow?
    /// Why it was not relabelled.
    let withheld: String?
    /// What the run counts as the organ; nil: the organ alone.
    let merged: [String]?

    static var columns: [Column<RoundOrgan>] {
        [
            Column("run") { $0.round.run }, Column("round") { $0.round.round }, Column("state") { $0.round.state },
            Column("organ") { $0.organ.rawValue }, Column("dice") { $0.dice },
            Column("diceVolumes", title: "volumes") { $0.round.diceVolumes[$0.organ] },
            Column("labels") { $0.confidence?.labels }, Column("median") { $0.confidence?.median },
            Column("lowest") { $0.confidence?.lowest }, Column("highest") { $0.confidence?.highest },
            Column("withheld", title: "held back") { $0.withheld },
            Column("merged") { $0.merged }, Column("contaminated") { $0.round.isContaminated },
        ]
    }
}
