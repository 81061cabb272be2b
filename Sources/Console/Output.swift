internal import Glibc

/// Writes results to standard output in the requested format, and everything else to standard error.
package struct Output: Sendable {
    package enum Format: Sendable, Hashable {
        case table, json, csv
    }

    package let format: Format
    package let isQuiet: Bool

    package init(format: Format = .table, isQuiet: Bool = false) {
        self.format = format
        self.isQuiet = isQuiet
    }

    /// Writes rows as a table, one JSON array or CSV.
    ///
    /// - Parameter empty: the note on standard error where there are no rows; nil where another note explains it.
    package func report<Row>(_ rows: [Row], _ columns: [Column<Row>], empty: String? = nil) {
        Self.write(render(rows, columns), to: STDOUT_FILENO)
        if rows.isEmpty, let empty { note(empty) }
    }

    /// Writes one record: a line for each field, one JSON object, or CSV with one row.
    package func report(_ fields: [Cell.Field]) { Self.write(render(fields), to: STDOUT_FILENO) }

    /// Writes an empty line between two results.
    package func separate() { Self.write("\n", to: STDOUT_FILENO) }

    /// Writes a note on standard error, unless `--quiet`.
    package func note(_ text: String) {
        if !isQuiet { Self.write("\(text)\n", to: STDERR_FILENO) }
    }

    /// Warns on standard error, also with `--quiet`.
    package func warn(_ text: String) { Self.write("\(Program.current.name): warning: \(text)\n", to: STDERR_FILENO) }

    /// Columns of the terminal on standard output; nil where it is not a terminal.
    package static var width: Int? {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// A progress bar on standard error, hidden where that is not a terminal and with `--quiet`.
    package func progress(_ label: String, total: Int) -> ProgressBar {
        ProgressBar(label, total: total, isShown: !isQuiet && isatty(STDERR_FILENO) == 1)
    }

    /// The text that `report` writes.
    package func render<Row>(_ rows: [Row], _ columns: [Column<Row>]) -> String {
        let shown = format == .table ? columns.filter(\.isShown) : columns
        let cells = rows.map { row in shown.map { $0.value(row) } }
        return switch format {
        case .table: TableRenderer.render(titles: shown.map(\.title), rows: cells)
        case .json: JSONRenderer.render(keys: shown.map(\.key), rows: cells)
        case .csv: CSVRenderer.render(keys: shown.map(\.key), rows: cells)
        }
    }

    /// The text that `report` writes.
    package func render(_ fields: [Cell.Field]) -> String {
        switch format {
        case .table: TableRenderer.render(fields: fields)
        case .json: JSONRenderer.render(.object(fields)) + "\n"
        case .csv: CSVRenderer.render(keys: fields.map(\.key), rows: [fields.map(\.value)])
        }
    }

    /// Writes all of the text, the only way in which anything but a progress bar is printed: what could control a terminal is
    /// escaped as in `Printable.escaped`.
    package static func write(_ text: String, to descriptor: Int32) {
        StandardOutput.write(Printable.escaped(text), to: descriptor)
    }
}
