internal import Plans

/// Which outside programs of a configuration may be started. A command that comes from the catalogue was written by whoever may start a
/// run, and would run with the rights of this process.
enum TrainerConsent: Sendable {
    /// The configuration is a file that the user of this process gave.
    case ownFile
    /// Only the command of the settings, which the daemon's own file has.
    case only(TrainerSettings)
    /// A person asked for it, or did not.
    case asked(Bool)

    /// - Parameters:
    ///   - run: the name of the run.
    ///   - command: of its configuration.
    /// - Throws: `DaemonError.trainerNotAllowed`.
    func require(_ command: [String], of run: String) throws {
        let isAllowed =
            switch self {
            case .ownFile: true
            case .only(let settings): settings.command == command
            case .asked(let answer): answer
            }
        guard isAllowed else {
            throw DaemonError.trainerNotAllowed(run: run, command: command.joined(separator: " "), isAsked: isAsked)
        }
    }

    private var isAsked: Bool { if case .asked = self { true } else { false } }
}
