package import Catalog
internal import Domain

/// Held-out Dice by organ and round, with the last round of another run.
package struct DiceTable: Sendable {
    package struct Request: Sendable {
        package var run: String
        /// The run to compare with.
        package var other: String?

        package init(run: String, other: String? = nil) { (self.run, self.other) = (run, other) }
    }

    package struct Row: Hashable, Sendable {
        /// The key of an organ, or the title of a mean.
        package let organ: String
        /// The share of the volumes in which the organ is annotated or absent, 0 to 1; nil for a mean.
        package let known: Double?
        /// The number of held-out volumes behind the Dice of the last evaluated round; nil for a mean.
        package let volumes: Int?
        /// Mean Dice, 0 to 1, in the order of `rounds`.
        package let dice: [Double?]
        /// Mean Dice of the other run's last evaluated round.
        package let other: Double?

        /// The last round of this run minus the other run's.
        package var delta: Double? {
            guard let last = dice.last ?? nil, let other else { return nil }
            return last - other
        }
    }

    /// The numbers of the evaluated rounds.
    package let rounds: [Int]
    /// One row per organ, in the order of the coverage, then the means; empty where no round is evaluated.
    package let rows: [Row]

    /// - Throws: `CatalogError.unknownRun`.
    package static func read(_ request: Request, in catalog: LabelCatalog) async throws -> DiceTable {
        let rounds = try await catalog.rounds(run: request.run)
        var others: [RoundRow] = []
        if let other = request.other { others = try await catalog.rounds(run: other) }
        return DiceTable(
            rounds: rounds, other: others.last { !$0.dice.isEmpty },
            coverage: try await catalog.coverage(by: .organ, asOf: nil))
    }

    package init(rounds: [RoundRow], other: RoundRow?, coverage: [Coverage]) {
        let evaluated = rounds.filter { !$0.dice.isEmpty }
        let known = Dictionary(
            coverage.map { ($0.organ, Double($0.annotated + $0.absent) / Double(max(1, $0.volumes))) }
        ) { first, _ in first }
        let organs = coverage.map(\.organ).filter { organ in evaluated.contains { $0.dice[organ] != nil } }
        let rows = organs.map { organ in
            Row(
                organ: organ.rawValue, known: known[organ], volumes: evaluated.last?.diceVolumes[organ],
                dice: evaluated.map { $0.dice[organ] }, other: other?.dice[organ])
        }
        let missing = rows.filter { ($0.known ?? 1) < 0.5 }
        self.rounds = evaluated.map(\.round)
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
}
