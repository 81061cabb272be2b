package import Drawing

extension DiceTable {
    /// Dice by round with a line for each organ, and the mean.
    ///
    /// - Throws: `WorkflowError` of kind `badInput` where no round is evaluated.
    package func chart(run: String) throws -> Chart {
        guard let first = rounds.first, let last = rounds.last else {
            throw WorkflowError.nothingToDraw("no round of \(run) is evaluated yet")
        }
        func places(_ row: Row) -> [ChartLine.Place] {
            zip(rounds, row.dice).map { ChartLine.Place(Double($0), $1) }
        }
        let lines = OrganLines(
            organs: organRows.map { .init(name: $0.organ, places: places($0)) },
            mean: rows.first { $0.isMean }.map(places),
            x: ChartAxis("round", Double(first), Double(last), isWhole: true), y: ChartAxis("Dice", 0, 1))
        return lines.chart(
            title: "Held-out Dice of run \(run)", subtitle: "mean over the held-out volumes of each organ, by round")
    }

    /// Dice of the last round beside that of another run, by organ.
    ///
    /// - Throws: `WorkflowError` of kind `badInput` where no round is evaluated.
    package func chart(run: String, against other: String) throws -> BarChart {
        guard let last = rounds.last else { throw WorkflowError.nothingToDraw("no round of \(run) is evaluated yet") }
        let groups = (organRows + rows.filter(\.isMean).prefix(1)).map {
            BarChart.Group($0.organ, [$0.dice.last ?? nil, $0.other])
        }
        return BarChart(
            title: "Held-out Dice of runs \(run) and \(other)",
            subtitle: "mean over the held-out volumes of each organ, in the last evaluated round",
            series: ["\(run), round \(last)", other], axis: ChartAxis("Dice", 0, 1), groups: groups)
    }

    private var organRows: [Row] { rows.filter { !$0.isMean } }
}

extension DiceTable.Row {
    /// Whether the row is a mean of organs.
    fileprivate var isMean: Bool { known == nil && volumes == nil }
}

extension WorkflowError {
    static func nothingToDraw(_ reason: String) -> WorkflowError {
        WorkflowError(
            .badInput, "there is nothing to draw: \(reason)",
            remedy: "see lacuna round list, and draw the chart when there are results")
    }
}
