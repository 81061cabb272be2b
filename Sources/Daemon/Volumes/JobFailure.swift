internal import Console

/// What is recorded of a failed attempt, and when the next one is due.
enum JobFailure {
    /// Problem and remedy, without the file, which may be named after a patient.
    static func reason(of error: any Error) -> String {
        guard let failing = error as? any CommandFailing else { return "\(error)" }
        let failure = failing.commandFailure
        return [failure.problem, failure.remedy].compactMap { $0 }.joined(separator: "; ")
    }

    /// 10 s, 40 s, 160 s, … up to an hour.
    static func pauseInSeconds(after attempt: Int) -> Double {
        min(3600, 10 * Double(1 << (2 * min(max(attempt - 1, 0), 10))))
    }
}
