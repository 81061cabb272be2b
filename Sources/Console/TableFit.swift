/// Chooses the columns of a table and their widths for the room there is.
struct TableFit {
    struct Column {
        let title: String
        /// The widest of its title and its values, in columns of a terminal.
        let width: Int
        /// Numbers and times are never shortened.
        let isText: Bool
        /// Nil for a default column. An optional one is shown where the default columns, and those of lower rank, fit beside it.
        let rank: Int?
        /// Whether no row has a value other than `no`.
        let isEmpty: Bool

        /// The least width that it is shortened to.
        var leastWidth: Int { isText ? min(width, max(title.terminalWidth, TableFit.leastText)) : width }
    }

    /// The indices of the columns to show, and the width of each.
    private(set) var shown: [(index: Int, width: Int)]
    /// The columns that are not optional and do not fit even when shortened.
    private(set) var leftOut: [Int] = []

    /// Columns of a terminal between two columns of the table, and the least width of a shortened text.
    static let (gap, leastText) = (2, 10)

    /// - Parameter room: nil: all columns in their full width.
    init(_ columns: [Column], in room: TableRoom?) {
        shown = columns.indices.map { ($0, columns[$0].width) }
        guard let room else { return }
        for index in Self.optional(columns) where width > room.columns { shown.removeAll { $0.index == index } }
        if room.isTerminal { shorten(columns, to: room.columns) }
    }

    private var width: Int { shown.reduce(-Self.gap) { $0 + $1.width + Self.gap } }

    /// The optional columns, in the order in which they are left out.
    private static func optional(_ columns: [Column]) -> [Int] {
        func order(_ index: Int) -> (Int, Int, Int) {
            (columns[index].isEmpty ? 1 : 0, columns[index].rank ?? 0, index)
        }
        return columns.indices.filter { columns[$0].rank != nil }.sorted { order($0) > order($1) }
    }

    /// Leaves out the last columns while not even the least widths fit, then shortens the widest texts.
    private mutating func shorten(_ columns: [Column], to room: Int) {
        func leastWidth() -> Int { shown.reduce(-Self.gap) { $0 + columns[$1.index].leastWidth + Self.gap } }
        while leastWidth() > room, shown.count > 1 { leftOut.insert(shown.removeLast().index, at: 0) }
        while width > room {
            let shortenable = shown.indices.filter { shown[$0].width > columns[shown[$0].index].leastWidth }
            guard let widest = shortenable.max(by: { shown[$0].width < shown[$1].width }) else { return }
            shown[widest].width -= 1
        }
    }
}
