public import Logging

/// Writes each event as one line: time, level, message, and the metadata in the order of their keys.
///
/// Only metadata under the keys of `LogKey` are written. Those of libraries may describe whole values, with paths and settings; their
/// values are replaced by `withheld`, and an error by the name of its type.
public struct LineLogHandler: LogHandler {
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?
    public var logLevel: Logger.Level
    private let format: LogFormat
    private let stream: LogStream

    public init(_ stream: LogStream, format: LogFormat, level: Logger.Level) {
        (self.stream, self.format, logLevel) = (stream, format, level)
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        var members: [(key: String, value: String)] = []
        if !stream.isJournal { members.append(("time", stream.now().text)) }
        members += [("level", event.level.rawValue), ("message", "\(event.message)")]
        if let error = event.error { members.append(("error", "\(type(of: error))")) }
        let all = metadata.merging(metadataProvider?.get() ?? [:]) { $1 }.merging(event.metadata ?? [:]) { $1 }
        for (key, value) in all.sorted(by: { $0.key < $1.key }) {
            members.append((key, LogKey.names.contains(key) ? "\(value)" : "withheld"))
        }
        stream.write((stream.isJournal ? event.level.journalPrefix : "") + format.line(members))
    }
}
