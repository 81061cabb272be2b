internal import ArgumentParser
package import Catalog
internal import Workflows

/// A file for the report of an import, as JSON, CSV or text according to its extension.
package struct ReportFile: Hashable, Sendable {
    package let path: String
    package let format: Output.Format

    /// - Throws: a usage error for another ending.
    @Sendable package init(parsing argument: String) throws {
        guard let ending = Self.formats.first(where: { argument.hasSuffix($0.key) }) else {
            throw ValidationError("the name of the report must end in .json, .csv or .txt")
        }
        (path, format) = (argument, ending.value)
    }

    private static let formats: [String: Output.Format] = [".json": .json, ".csv": .csv, ".txt": .table]

    /// Requires that the report can be written and replaces nothing but an earlier report. Blocks.
    ///
    /// - Parameter folder: the folder that is imported, which is never changed.
    package func requirePlace(outside folder: String) throws {
        try TextFile.requireWritable(path)
        try OutputTarget(path: path, mayOverwrite: true).check(outside: [folder])
        guard isReport(try TextFile.beginning(of: path)) else {
            throw CommandFailure(
                .conflict, "the file exists and is not the report of an import", file: path,
                remedy: "choose another name; --report overwrites earlier reports only")
        }
    }

    /// Whether a file that begins so is a report of this format, or empty.
    private func isReport(_ beginning: String) -> Bool {
        if beginning.isEmpty { return true }
        func begins(_ prefix: String, with key: String = "") -> Bool {
            beginning.hasPrefix(prefix) && (key.isEmpty || beginning.contains(key))
        }
        return switch format {
        case .json: begins("{\"dataset\": ", with: "\"layout\": ") || begins("{\"complete\": false, \"error\": ")
        case .csv: begins(ReportLine.columns.map(\.key).joined(separator: ",") + "\n")
        case .table: begins("dataset ", with: "\nrelease ") || begins("\nfailed")
        }
    }
}

extension ReportFile? {
    /// Requires that the report is outside the catalogue's datasets; otherwise no report is written.
    package mutating func requirePlace(in catalog: LabelCatalog) async throws {
        guard let path = self?.path else { return }
        do {
            try await OutputTarget(path: path, mayOverwrite: true).check(in: catalog)
        } catch {
            self = nil
            throw error
        }
    }
}
