internal import Postgres

extension Environment {
    /// `LACUNA_LOCK_TIMEOUT`, else five minutes where the server has no setting.
    ///
    /// - Throws: a failure of usage where it is not a time.
    func lockTimeout() throws(CommandFailure) -> LockTimeout {
        guard let text = self["LACUNA_LOCK_TIMEOUT"] else { return .standard }
        guard let timeout = LockTimeout(parsing: text) else {
            throw CommandFailure(
                .usage, "LACUNA_LOCK_TIMEOUT is \(text), which is not a time",
                remedy: "set it to seconds, or to a number with ms, s, min or h, such as 5min; 0 waits without end")
        }
        return timeout
    }
}
