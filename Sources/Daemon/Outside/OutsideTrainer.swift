internal import Glibc
internal import Plans
internal import System
internal import Trainers

/// The outside program of a run, with the folder of its jobs.
struct OutsideTrainer: Sendable {
    let command: TrainerCommand
    /// The folder of all jobs.
    let jobs: String
    private let work = BlockingWork()

    /// Nil for settings of the built-in trainer.
    init?(_ settings: TrainerSettings, jobs: String) {
        guard let words = settings.command else { return nil }
        command = TrainerCommand(
            words, grace: settings.grace, silence: settings.silence, writable: settings.writable,
            environment: TrainerCommand.inherited(from: Self.environment))
        self.jobs = jobs
    }

    init(_ command: TrainerCommand, jobs: String) { (self.command, self.jobs) = (command, jobs) }

    /// Runs the program for one job, in a new folder, which is removed afterwards.
    ///
    /// - Parameters:
    ///   - makeJob: writes what the job needs into its folder and describes it.
    ///   - isStopping: ends the program.
    ///   - progress: called with each line of progress, and the folder.
    ///   - finish: called where the program ended, before the folder is removed.
    /// - Throws: `TrainerError`, and the errors of the bodies.
    func run<Result: Sendable>(
        _ makeJob: @Sendable (JobFolder) throws -> TrainerJob, isStopping: @Sendable () -> Bool,
        progress: @Sendable (TrainerProgress, JobFolder) throws -> Void = { _, _ in },
        finish: @Sendable (TrainerProcess.Ending, TrainerJob) throws -> Result
    ) async throws -> Result {
        try await work.run {
            let folder = try JobFolder(in: jobs)
            let job = try makeJob(folder)
            let ending = try TrainerProcess(command, in: folder).run(
                job, isStopping: { isStopping() || Task.isCancelled }, progress: { try progress($0, folder) })
            return try finish(ending, job)
        }
    }

    private static var environment: [String: String] {
        var (variables, next) = ([String: String](), environ)
        while let entry = next.pointee {
            let text = String(cString: entry)
            if let equals = text.firstIndex(of: "=") {
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            next += 1
        }
        return variables
    }
}
