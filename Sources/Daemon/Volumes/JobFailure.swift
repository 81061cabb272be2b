/// When the next attempt at a failed job is due.
enum JobFailure {
    /// 10 s, 40 s, 160 s, … up to an hour.
    static func pauseInSeconds(after attempt: Int) -> Double {
        min(3600, 10 * Double(1 << (2 * min(max(attempt - 1, 0), 10))))
    }
}
