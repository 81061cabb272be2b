/// How long a statement waits for a lock of another session.
public enum LockTimeout: Hashable, Sendable {
    /// In milliseconds, whatever the server's setting; 0 for without end.
    case always(milliseconds: Int)
    /// In milliseconds, where the server, the database or the login has no setting.
    case unlessSet(milliseconds: Int)

    /// Five minutes: longer than the transactions of any command but the largest imports with `--strict`.
    public static let standard = LockTimeout.unlessSet(milliseconds: 300_000)

    private static let units = [("ms", 1), ("min", 60_000), ("s", 1000), ("h", 3_600_000)]

    /// Reads a whole number of seconds, or a number with the unit ms, s, min or h; nil for anything else.
    public init?(parsing text: String) {
        let unit = Self.units.first { text.hasSuffix($0.0) }
        guard let number = Int(unit.map { text.dropLast($0.0.count) } ?? text[...]), number >= 0 else { return nil }
        let (milliseconds, overflows) = number.multipliedReportingOverflow(by: unit?.1 ?? 1000)
        guard !overflows, milliseconds <= Int32.max else { return nil }
        self = .always(milliseconds: milliseconds)
    }

    var statement: String {
        switch self {
        case .always(let milliseconds): "set lock_timeout = \(milliseconds);"
        case .unlessSet(let milliseconds):
            """
            select set_config('lock_timeout', '\(milliseconds)', false) where current_setting('lock_timeout') = '0';
            """
        }
    }
}
