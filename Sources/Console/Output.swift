internal import Glibc

/// Writes results to standard output in the requested format, and everything else to standard error, or to a log.
package struct Output: Sendable {
    /// A text for people beside the results.
    package enum Message: Hashable, Sendable {
        case note(String), warning(String)
    }

    package enum Format: Sendable, Hashable {
        case table, json, csv
    }

    package let format: Format
    package let isQuiet: Bool
    /// Whether tables show every column, whole.
    package let isWide: Bool
    /// Nil: every default column of a table is printed, whole.
    package let room: TableRoom?
    /// Receives every message; nil: they are printed on standard error.
    private var receiver: (@Sendable (Message) -> Void)?

    package init(
        format: Format = .table, isQuiet: Bool = false, isWide: Bool = false, room: TableRoom? = nil
    ) {
        (self.format, self.isQuiet, self.isWide) = (format, isQuiet, isWide)
        self.room = isWide ? nil : room
    }

    /// The same output, whose messages are not printed but passed on, also with `--quiet`.
    package func passingMessages(to receiver: @escaping @Sendable (Message) -> Void) -> Output {
        var copy = self
        copy.receiver = receiver
        return copy
    }

    /// Writes rows as a table, one JSON array or CSV.
    ///
    /// - Parameter empty: the note on standard error where there are no rows; nil where another note explains it.
    package func report<Row>(_ rows: [Row], _ columns: [Column<Row>], empty: String? = nil) {
        let (text, leftOut) = rendered(rows, columns)
        Self.write(text, to: STDOUT_FILENO)
        if rows.isEmpty, let empty { note(empty) }
        if !leftOut.isEmpty {
            note("Columns that do not fit the terminal: \(leftOut.joined(separator: ", ")). --wide shows all.")
        }
    }

    /// Writes one record: a line for each field, one JSON object, or CSV with one row.
    package func report(_ fields: [Cell.Field]) { Self.write(render(fields), to: STDOUT_FILENO) }

    /// Writes an empty line between two results.
    package func separate() { Self.write("\n", to: STDOUT_FILENO) }

    /// Writes a note on standard error, unless `--quiet`.
    package func note(_ text: String) {
        if let receiver { return receiver(.note(text)) }
        if !isQuiet { Self.write("\(text)\n", to: STDERR_FILENO) }
    }

    /// Warns on standard error, also with `--quiet`.
    package func warn(_ text: String) {
        if let receiver { return receiver(.warning(text)) }
        Self.write("\(Program.current.name): warning: \(text)\n", to: STDERR_FILENO)
    }

    /// Columns of the terminal on standard output, or of the exported variable COLUMNS; nil where it is not a terminal.
    package static var width: Int? {
        if let columns = Environment.columns { return columns }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// A progress bar on standard error, hidden where that is not a terminal, with `--quiet`, and where messages are passed on.
    package func progress(_ label: String, total: Int) -> ProgressBar {
        ProgressBar(label, total: total, isShown: receiver == nil && !isQuiet && isatty(STDERR_FILENO) == 1)
    }

    /// The text that `report` writes.
    package func render<Row>(_ rows: [Row], _ columns: [Column<Row>]) -> String { rendered(rows, columns).text }

    private func rendered<Row>(_ rows: [Row], _ columns: [Column<Row>]) -> (text: String, leftOut: [String]) {
        if format == .table {
            let shown = isWide ? columns : columns.filter { $0.place != .wideOnly }
            let table = shown.map { column in
                TableRenderer.Column(title: column.title, rank: column.place.rank, cells: rows.map(column.value))
            }
            return TableRenderer.render(table, rows: rows.count, in: room)
        }
        let (keys, cells) = (columns.map(\.key), rows.map { row in columns.map { $0.value(row) } })
        let text =
            format == .json ? JSONRenderer.render(keys: keys, rows: cells) : CSVRenderer.render(keys: keys, rows: cells)
        return (text, [])
    }

    /// The text that `report` writes.
    package func render(_ fields: [Cell.Field]) -> String {
        switch format {
        case .table: TableRenderer.render(fields: fields, width: room.flatMap { $0.isTerminal ? $0.columns : nil })
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
