package import Workflows

extension ReportFile {
    /// Writes the whole report or nothing. Blocks.
    ///
    /// - Parameters:
    ///   - summary: nil where the import ended before it knew the layout.
    ///   - failure: the error that ended the import; nil where it was completed.
    package func write(_ summary: ImportSummary?, _ failure: CommandFailure?) throws {
        let text: String =
            if let summary {
                summary.render(Output(format: format), failure: failure)
            } else {
                ImportSummary.render(failure, Output(format: format))
            }
        try TextFile.write(text, to: path)
    }

    /// Writes the report of an import that failed. An error of writing is a warning, because the import's own error follows.
    package func write(_ summary: ImportSummary?, after failure: CommandFailure, warning output: Output) {
        do {
            try write(summary, failure)
        } catch {
            output.warn("\(path): \(CommandFailure(error).problem)")
        }
    }
}
