internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct RoundDice: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dice", abstract: "Show the held-out Dice of each organ by round, beside another run's.",
        discussion: """
            known is the share of the catalogue's volumes in which the organ is annotated or absent; volumes is how many \
            held-out volumes the last round's mean Dice is taken over. With --against, delta \
            is this run's last round less the other's. Below the organs come the mean of all of them, and of the missing \
            ones: those known in less than half of the volumes.
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Show this run.")
    var name: String

    @Option(help: "Set the last round of this run beside it.")
    var against: String?

    func run() async throws {
        try await Session.with(options) { session in
            let catalog = session.catalog
            let rounds = try await catalog.rounds(run: name)
            let other = try await against.asyncMap { try await catalog.rounds(run: $0) }
            let coverage = try await catalog.coverage(by: .organ, asOf: nil)
            let table = DiceTable(rounds: rounds, other: other?.last { !$0.dice.isEmpty }, coverage: coverage)
            session.output.report(table.rows, table.columns(against: against))
            if table.rows.isEmpty {
                session.output.note("No round of \(name) is evaluated yet; see lacuna round list.")
            }
        }
    }
}

extension Optional {
    fileprivate func asyncMap<Value>(_ body: (Wrapped) async throws -> Value) async rethrows -> Value? {
        guard let self else { return nil }
        return try await body(self)
    }
}

/// Held-out Dice by organ and round, with another run's last.
struct DiceTable {
    struct Row: Equatable {
        let organ: String
        /// Share of the volumes in which the organ is annotated or absent, 0 to 1; nil for a mean.
        let known: Double?
        /// Over how many held-out volumes the last judged round's Dice is taken; nil for a mean.
        let volumes: Int?
        /// By position in `rounds`.
        let dice: [Double?]
        let other: Double?

        var delta: Double? {
            guard let last = dice.last ?? nil, let other else { return nil }
            return last - other
        }
    }

    /// Numbers of the rounds that are evaluated.
    let rounds: [Int]
    let rows: [Row]

    init(rounds: [RoundRow], other: RoundRow?, coverage: [Coverage]) {
        let judged = rounds.filter { !$0.dice.isEmpty }
        let known = Dictionary(
            coverage.map { ($0.organ, Double($0.annotated + $0.absent) / Double(max(1, $0.volumes))) }
        ) { first, _ in first }
        let organs = coverage.map(\.organ).filter { organ in judged.contains { $0.dice[organ] != nil } }
        let rows = organs.map { organ in
            Row(
                organ: organ.rawValue, known: known[organ], volumes: judged.last?.diceVolumes[organ],
                dice: judged.map { $0.dice[organ] },
                other: other?.dice[organ])
        }
        let missing = rows.filter { ($0.known ?? 1) < 0.5 }
        self.rounds = judged.map(\.round)
        self.rows = rows.isEmpty ? [] : rows + [Self.mean(rows, "all organs"), Self.mean(missing, "missing organs")]
    }

    private static func mean(_ rows: [Row], _ title: String) -> Row {
        func mean(_ values: [Double?]) -> Double? {
            let found = values.compactMap { $0 }
            return found.isEmpty ? nil : found.reduce(0, +) / Double(found.count)
        }
        let rounds = rows.first?.dice.indices ?? 0..<0
        return Row(
            organ: title, known: nil, volumes: nil, dice: rounds.map { round in mean(rows.map { $0.dice[round] }) },
            other: mean(rows.map(\.other)))
    }

    func columns(against other: String?) -> [Column<Row>] {
        var columns: [Column<Row>] = [
            Column("organ") { $0.organ },
            Column("known") { row in row.known.map { Cell.number($0, places: 2) } },
            Column("volumes") { $0.volumes },
        ]
        for (position, round) in rounds.enumerated() {
            columns.append(
                Column("round\(round)", title: "round \(round)") { row in
                    position < row.dice.count ? row.dice[position] : nil
                })
        }
        guard let other else { return columns }
        return columns + [Column("against", title: other) { $0.other }, Column("delta") { $0.delta }]
    }
}
