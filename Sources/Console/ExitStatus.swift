/// Exit statuses, a contract with scripts.
package enum ExitStatus: Int32, Sendable, CaseIterable {
    case done = 0
    case internalError = 1
    case usage = 2
    /// Bad input; nothing was changed.
    case badInput = 3
    /// Part of the work was done; the report lists which.
    case partlyDone = 4
    /// A conflict with existing data, or with a constraint of the database.
    case conflict = 5
    /// Stored data are damaged or missing.
    case damaged = 6
    /// Database or object store cannot be reached.
    case unreachable = 7
    case interrupted = 130
}
