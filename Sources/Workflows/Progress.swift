/// Receives the progress of long work. The console draws a bar; a server or a daemon reports it in its own way.
package protocol ProgressSink: Sendable {
    /// Begins to follow a task.
    ///
    /// - Parameters:
    ///   - task: a short noun, such as `import`.
    ///   - total: number of steps; 0 where it is unknown.
    func begin(_ task: String, total: Int) -> any ProgressMeter
}

/// The progress of one task.
package protocol ProgressMeter: Sendable {
    /// Counts finished steps.
    func advance(by steps: Int)
    /// Ends the task.
    func finish()
}

extension ProgressMeter {
    package func advance() { advance(by: 1) }
}
