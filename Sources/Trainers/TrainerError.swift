/// Why an outside program did not do its work. Contains its own last words, which it must keep free of patient data.
public enum TrainerError: Error, Hashable, Sendable {
    /// The program could not be started.
    case notStarted(program: String, problem: String)
    /// The private folder of the job cannot be used.
    case folder(path: String, problem: String)
    /// It ended with exit status 75: another attempt later may succeed.
    case busy(reason: String)
    /// It ended with another exit status than 0 and 75.
    case failed(status: Int32, reason: String)
    /// A signal that lacunad did not send ended it.
    case killed(signal: Int32)
    /// It reported nothing for so long, and was ended.
    case silent(seconds: Double)
    /// It had to be killed, because it did not end in so many seconds after SIGTERM.
    case deaf(seconds: Double)
    /// A line of progress breaks the rules.
    case progress(line: String, problem: String)
    /// A loss is not a number, or infinite.
    case notFinite(line: String)
    /// A checkpoint that it named is missing, empty or no file.
    case checkpoint(name: String, problem: String)
    /// It ended with exit status 0 without a checkpoint of the last step.
    case incomplete(step: Int, steps: Int)
    /// Predicted logits break the rules.
    case logits(volume: Int64, problem: String)

    /// Whether a repetition with the same inputs may succeed by itself.
    public var isTransient: Bool {
        switch self {
        case .busy, .killed, .silent, .deaf, .notStarted, .folder: true
        case .failed, .progress, .notFinite, .checkpoint, .incomplete, .logits: false
        }
    }

    public var problem: String {
        switch self {
        case .notStarted(let program, let problem): "the trainer \(program) cannot be started: \(problem)"
        case .folder(_, let problem): "the folder of the trainer's job cannot be used: \(problem)"
        case .busy(let reason): "the trainer asks to be started later: \(reason)"
        case .failed(let status, let reason): "the trainer ended with exit status \(status): \(reason)"
        case .killed(let signal): "the trainer was killed by signal \(signal)"
        case .silent(let seconds): "the trainer reported nothing for \(Self.text(seconds)) s and was ended"
        case .deaf(let seconds): "the trainer did not end within \(Self.text(seconds)) s after SIGTERM, and was killed"
        case .progress(let line, let problem): "a line of progress of the trainer \(problem): \(line)"
        case .notFinite(let line): "the loss of the trainer is not finite: \(line)"
        case .checkpoint(let name, let problem): "the trainer's checkpoint \(name) \(problem)"
        case .incomplete(let step, let steps):
            "the trainer ended with exit status 0 and its last checkpoint is of step \(step) of \(steps)"
        case .logits(let volume, let problem): "the trainer's logits of volume \(volume) \(problem)"
        }
    }

    public var remedy: String {
        switch self {
        case .notStarted: "check trainer.command: an absolute path, or a name that is found in PATH"
        case .folder: "free space, or correct the rights of the folder"
        case .busy: "start the run again later; it continues from the newest checkpoint"
        case .killed:
            "check the memory of the machine, and start the run again; it continues from the newest checkpoint"
        case .silent:
            "correct the trainer, or set trainer.silence to a longer time; the run continues from the newest checkpoint"
        case .deaf: "let it store a checkpoint and end at once on SIGTERM, or set trainer.grace to a longer time"
        case .failed, .progress, .notFinite, .checkpoint, .incomplete, .logits:
            "correct the trainer; lacunad trainer check tests it"
        }
    }

    public var file: String? { if case .folder(let path, _) = self { path } else { nil } }

    private static func text(_ seconds: Double) -> String {
        seconds == seconds.rounded() ? "\(Int(seconds))" : "\(seconds)"
    }
}

extension TrainerError: CustomStringConvertible {
    public var description: String { "\(problem); \(remedy)" }
}
