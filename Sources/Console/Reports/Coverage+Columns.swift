package import Catalog
internal import Domain

extension Coverage {
    /// The columns of the report, after the column of the grouping.
    ///
    /// - Parameter recalled: the rounds whose pseudo labels are hidden.
    package static func columns(by grouping: CoverageGrouping, recalled: Set<String> = []) -> [Column<Coverage>] {
        var columns = labels + Column.quality(in: .whereItFits(rank: 1)) { $0.quality } + details
        if grouping != .organ {
            columns.insert(Column(grouping.rawValue) { $0.group }, at: 0)
        }
        if grouping == .round { columns.insert(Column("recalled") { recalled.contains($0.group ?? "") }, at: 1) }
        return columns
    }

    private static var labels: [Column<Coverage>] {
        [
            Column("organ") { $0.organ.rawValue },
            Column("volumes", in: .whereItFits(rank: 2)) { $0.volumes },
            Column("annotated") { $0.annotated },
            Column("absent") { $0.absent },
            Column("pseudo") { $0.pseudo },
            Column("unlabelled") { $0.unlabelled },
            Column("medianConfidence", title: "conf.", in: .whereItFits()) { row in
                row.medianConfidence.map { Cell.number($0, places: 2) }
            },
            Column("heldOutDice", title: "Dice", in: .whereItFits()) { row in
                row.heldOutDice.map { Cell.number($0, places: 2) }
            },
        ]
    }

    private static var details: [Column<Coverage>] {
        [
            Column("partial", in: .whereItFits(rank: 2)) { $0.partial },
            Column("unionKnown", title: "composite", in: .whereItFits(rank: 2)) { $0.unionKnown },
            Column("subjects", in: .whereItFits(rank: 1)) { $0.subjects },
            Column("byOrigin", in: .whereItFits(rank: 3)) { row in origins(row) },
        ]
    }

    /// The origins that occur, the most reliable first.
    private static func origins(_ row: Coverage) -> Cell {
        let present = LabelOrigin.allCases.filter { row.byOrigin[$0] ?? 0 > 0 }.sorted { $0.rank < $1.rank }
        return .object(present.map { Cell.Field($0.rawValue, row.byOrigin[$0] ?? 0) })
    }
}
