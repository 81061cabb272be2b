internal import Console
internal import Logging
internal import Monitoring

extension Output {
    /// The same output, whose messages are log lines.
    func logging(to logger: Logger) -> Output {
        passingMessages { message in
            switch message {
            case .note(let text): logger.notice("note", [.note: text])
            case .warning(let text): logger.warning("warning", [.note: text])
            }
        }
    }
}

extension Logger {
    /// Logs the error that ends the daemon.
    /// - Returns: the exit status.
    func end(with error: any Error) -> ExitStatus {
        let failure = CommandFailure(error)
        var values: Values = [.reason: failure.problem]
        if let file = failure.file { values[.file] = file }
        if let remedy = failure.remedy { values[.remedy] = remedy }
        critical("daemon ends", values)
        return failure.status
    }
}
