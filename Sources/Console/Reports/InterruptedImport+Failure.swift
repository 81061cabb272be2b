internal import Importers
package import Workflows

extension InterruptedImport: CommandFailing {
    package var commandFailure: CommandFailure {
        var failure = CommandFailure(cause)
        failure.problem += "; " + ImportSummary.count(present, of: total)
        failure.remedy = (failure.remedy.map { $0 + "; " } ?? "") + "then run the same command again"
        return failure
    }
}

extension ImportSummary? {
    /// Reports what is done, writes the report, and ends the process as interrupted.
    package func endInterrupted(_ file: ReportFile?) -> Never {
        let count = map { "; " + ImportSummary.count($0.report.present, of: $0.total) } ?? ""
        let current = self?.currentCase.map { "; case \($0) was being recorded" } ?? ""
        let failure = CommandFailure(
            .interrupted, "interrupted" + count + current, remedy: "run the same command again to continue")
        do {
            try file?.write(self, failure)
        } catch {
            Output.write(CommandFailure(error).message(from: .lacuna), to: 2)
        }
        Output.write("\n" + failure.message(from: .lacuna), to: 2)
        Interruption.end()
    }
}

extension ImportSummary {
    /// `3 of 20 cases are in the catalogue`.
    fileprivate static func count(_ present: Int, of total: Int) -> String {
        "\(present) of \(total) cases are in the catalogue"
    }
}
