internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct ReviewReport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Count decisions and minutes by organ and person.",
        discussion: """
            dice is the mean Dice of proposed and submitted masks, minutes the sum and median minutes the median of the recorded \
            minutes. compared counts the decisions that were compared with those of another reader, and agreeing those that agree; reader Dice \
            and reader NSD are the means over the compared masks. Of several decisions of a person about one mask the last is counted. \
            Decisions about volumes that are removed or excluded are not counted.

            EXAMPLE:
              $ lacuna review report
              organ     person  accepted  rejected  edited  absent  skipped   dice  minutes
              liver     ann            1         0       0       0        0  -          3.0
              pancreas  ann            0         1       1       0        0  0.871     11.5
            """)

    @OptionGroup var options: GlobalOptions

    @Option(help: "Only this organ: its key or another spelling.")
    var organ: String?

    @Option(help: .value("name", "Only this person."))
    var person: String?

    func run() async throws {
        try await Session.with(options) { session in
            var key: OrganKey?
            if let organ { key = try await session.catalog.organ(named: organ) }
            let rows = try await session.catalog.reviewTotals(of: key, by: person)
            session.output.report(rows, ReviewTotals.columns, empty: emptiness(of: key))
        }
    }

    private func emptiness(of organ: OrganKey?) -> String {
        let what = organ.map { " about \($0)" } ?? ""
        if let person { return "No person named \(person) decided anything\(what)." }
        return organ == nil ? "Nothing was decided yet." : "Nothing was decided\(what) yet."
    }
}

extension ReviewTotals {
    fileprivate static var columns: [Column<ReviewTotals>] {
        func number(_ value: Double?) -> Cell { value.map { Cell.number($0, places: 1) } ?? .null }
        return [
            Column("organ") { $0.organ.rawValue }, Column("person") { $0.person }, Column("accepted") { $0.accepted },
            Column("rejected") { $0.rejected }, Column("edited") { $0.edited }, Column("absent") { $0.absent },
            Column("skipped") { $0.skipped }, Column("dice") { $0.dice }, Column("minutes") { number($0.minutes) },
            Column("medianMinutes", in: .whereItFits(rank: 1)) { number($0.medianMinutes) },
            Column("compared", in: .whereItFits()) { $0.compared },
            Column("agreeing", in: .whereItFits()) { $0.agreeing },
            Column("agreementDice", title: "reader Dice", in: .whereItFits()) { $0.agreementDice },
            Column("agreementNSD", title: "reader NSD", in: .wideOnly) { $0.agreementNSD },
        ]
    }
}
