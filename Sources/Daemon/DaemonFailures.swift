package import Catalog
package import Console
package import Learning
package import Rounds

extension DaemonError: CommandFailing {
    package var commandFailure: CommandFailure {
        let status: ExitStatus =
            switch self {
            case .held: .conflict
            case .cacheUnwritable, .serverSilent: .unreachable
            default: .badInput
            }
        return CommandFailure(status, problem, file: file, remedy: remedy)
    }
}

extension RoundsError: CommandFailing {
    package var commandFailure: CommandFailure {
        let status: ExitStatus =
            switch self {
            case .unknownKey, .invalidPlan: .badInput
            case .otherPlan, .leaseLost, .illegal, .failed, .rolledBack, .unrecoverable: .conflict
            }
        return CommandFailure(status, place + problem, remedy: isFailedRound ? Self.retry : remedy)
    }
}

extension RoundsError {
    private static let retry = "remove the cause, then start with --retry-failed; another plan needs another run.name"

    /// Where the configuration has the key that the problem begins with.
    private var place: String {
        switch self {
        case .unknownKey, .invalidPlan: "run."
        case .otherPlan, .leaseLost, .illegal, .failed, .rolledBack, .unrecoverable: ""
        }
    }

    private var isFailedRound: Bool {
        switch self {
        case .failed, .unrecoverable: true
        case .unknownKey, .invalidPlan, .otherPlan, .leaseLost, .illegal, .rolledBack: false
        }
    }
}

extension TrainingCatalogError: CommandFailing {
    package var commandFailure: CommandFailure {
        switch self {
        case .privilegedRole(let role):
            CommandFailure(
                .conflict, "the daemon logged in as \(role), who may change annotations",
                remedy: "let it log in as a member of lacuna_trainer only")
        }
    }
}

extension LearningError: CommandFailing {
    package var commandFailure: CommandFailure { CommandFailure(.badInput, description) }
}
