internal import Glibc

/// The columns that a table may take.
package struct TableRoom: Hashable, Sendable {
    package var columns: Int
    /// Whether texts are shortened to fit; elsewhere values are printed whole.
    package var isTerminal: Bool

    package init(columns: Int, isTerminal: Bool) { (self.columns, self.isTerminal) = (columns, isTerminal) }

    /// The columns where the terminal does not say how many it has, and where standard output is no terminal.
    static let usualColumns = 80

    /// That of standard output. The variable COLUMNS, where it is exported, overrides the terminal and holds elsewhere too.
    package static var current: TableRoom {
        TableRoom(
            columns: Output.width ?? usualColumns,
            isTerminal: Environment.columns != nil || isatty(STDOUT_FILENO) == 1)
    }
}
