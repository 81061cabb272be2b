package import Catalog
package import Console
package import Learning
package import Rounds

extension DaemonError: CommandFailing {
    package var commandFailure: CommandFailure {
        let status: ExitStatus =
            switch self {
            case .maskDamaged: .damaged
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
            case .unrecoverable: .internalError
            case .otherPlan, .leaseLost, .illegal, .failed, .rolledBack: .conflict
            }
        return CommandFailure(status, problem, remedy: remedy)
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
