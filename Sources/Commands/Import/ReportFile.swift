internal import ArgumentParser
internal import Console
internal import Importers

/// A file that keeps an import's report: JSON, CSV or text, as its name ends.
struct ReportFile: ExpressibleByArgument, Hashable, Sendable {
    let path: String
    private let format: Output.Format

    init?(argument: String) {
        guard let ending = Self.formats.first(where: { argument.hasSuffix($0.key) }) else { return nil }
        (path, format) = (argument, ending.value)
    }

    private static let formats: [String: Output.Format] = [".json": .json, ".csv": .csv, ".txt": .table]

    /// Writes what was done, whole or not at all. Blocks.
    ///
    /// - Parameters:
    ///   - summary: nil where the import ended before it knew the layout.
    ///   - failure: why it did not come to its end.
    func write(_ summary: ImportSummary?, _ failure: CommandFailure?) throws {
        let text: String =
            if let summary {
                summary.render(format, failure: failure)
            } else {
                ImportSummary.render(failure, format)
            }
        try TextFile.write(text, to: path)
    }
}
