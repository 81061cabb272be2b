public import ArgumentParser
internal import Console
internal import Logging
public import Monitoring

/// The options of a daemon's commands by which it is seen.
struct ObservationOptions: ParsableArguments {
    @Option(
        help: .value(
            "port", "Serve metrics and health on this port of 127.0.0.1; 0: any free port. (default: no server)"))
    var metricsPort: Int?

    @Option(
        help: .value(
            "level", "Log events of this level and above on standard error. (default: no log of run, info of serve)"))
    var logLevel: LogLevel?

    @Option(help: .value("format", "Format of log lines."))
    var logFormat: LogFormat = .logfmt

    /// The levels of swift-log.
    enum LogLevel: String, CaseIterable, ExpressibleByArgument {
        case trace, debug, info, notice, warning, error, critical
    }

    func validate() throws {
        guard (0...65535).contains(metricsPort ?? 0) else {
            throw ValidationError("--metrics-port is a number from 0 to 65535.")
        }
    }

    /// - Parameter standardLevel: the level where the options name none; nil: no log.
    func makeLogger(standardLevel: Logger.Level? = nil) -> Logger {
        guard let level = logLevel.flatMap({ Logger.Level(rawValue: $0.rawValue) }) ?? standardLevel else {
            return Logger(label: "lacunad") { _ in SwiftLogNoOpLogHandler() }
        }
        let (stream, format) = (LogStream.standardError(environment: Observation.environment), logFormat)
        return Logger(label: "lacunad") { _ in LineLogHandler(stream, format: format, level: level) }
    }
}

extension LogFormat: ExpressibleByArgument {}
