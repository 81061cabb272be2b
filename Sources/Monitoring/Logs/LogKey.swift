public import Logging

/// The keys of log metadata. Their values are names of runs, schedules and organs, ids, numbers, constant words, keys of the configuration, folders and files of
/// the daemon itself, and its notes; no patient data.
public enum LogKey: String, CaseIterable, Sendable {
    case attempts, changed, count, dice, done, event, file, hook, isNew, job, kind, labels, later, loss, note, object,
        organ
    case part, port, reason, remedy, restart, revision, round, run, schedule, seconds, signal, state, status, step,
        steps, total, volume,
        work
    case worker

    /// All keys as text.
    static let names = Set(allCases.map(\.rawValue))
}

extension Logger {
    public typealias Values = [LogKey: any CustomStringConvertible & Sendable]

    public func debug(_ message: Message, _ values: @autoclosure () -> Values) { log(.debug, message, values()) }
    public func info(_ message: Message, _ values: @autoclosure () -> Values) { log(.info, message, values()) }
    public func notice(_ message: Message, _ values: @autoclosure () -> Values) { log(.notice, message, values()) }
    public func warning(_ message: Message, _ values: @autoclosure () -> Values) { log(.warning, message, values()) }
    public func error(_ message: Message, _ values: @autoclosure () -> Values) { log(.error, message, values()) }
    public func critical(_ message: Message, _ values: @autoclosure () -> Values) { log(.critical, message, values()) }

    private func log(_ level: Level, _ message: Message, _ values: @autoclosure () -> Values) {
        guard level >= logLevel else { return }
        log(
            level: level, message,
            metadata: Dictionary(uniqueKeysWithValues: values().map { ($0.key.rawValue, .stringConvertible($0.value)) })
        )
    }
}
