package import Catalog
package import Console
package import Learning
package import Monitoring
package import Rounds
package import Tensors
package import Trainers
package import Workflows

extension DaemonError: CommandFailing {
    package var commandFailure: CommandFailure {
        let status: ExitStatus =
            switch self {
            case .held, .trainerNotAllowed: .conflict
            case .cacheUnwritable, .serverSilent: .unreachable
            default: .badInput
            }
        return CommandFailure(status, problem, file: file, remedy: remedy)
    }
}

extension UndescribableImage: CommandFailing {
    package var commandFailure: CommandFailure { CommandFailure(.badInput, problem, remedy: remedy) }
}

extension RoundsError: CommandFailing {
    package var commandFailure: CommandFailure {
        switch self {
        case .failed, .unrecoverable:
            CommandFailure(
                .conflict, problem,
                remedy: "remove the cause, then start with --retry-failed; another plan needs another run.name")
        case .otherPlan, .leaseLost, .illegal: CommandFailure(.conflict, problem, remedy: remedy)
        }
    }
}

extension MonitoringError: CommandFailing {
    package var commandFailure: CommandFailure {
        let status: ExitStatus =
            switch self {
            case .portUnavailable: .conflict
            case .invalidNotifySocket, .invalidWatchdogTime: .usage
            }
        return CommandFailure(status, problem, remedy: remedy)
    }
}

extension TrainingCatalogError: CommandFailing {
    package var commandFailure: CommandFailure {
        switch self {
        case .privilegedRole(let role):
            CommandFailure(
                .conflict, "the daemon logged in as \(role), which may change annotations",
                remedy: "use a login that is a member of lacuna_trainer only")
        case .ordinaryRole(let role):
            CommandFailure(
                .conflict, "login \(role) may not evaluate a run on its test part: only members of lacuna_manager may",
                remedy: "name another login with --database, PGUSER or PGSERVICE, or grant lacuna_manager to this one")
        }
    }
}

extension TrainerError: CommandFailing {
    package var commandFailure: CommandFailure {
        let status: ExitStatus = if case .busy = self { .unreachable } else { .badInput }
        return CommandFailure(status, problem, file: file, remedy: remedy)
    }
}

extension LearningError: CommandFailing {
    package var commandFailure: CommandFailure { CommandFailure(.badInput, problem, remedy: remedy) }
}

extension TensorError: CommandFailing {
    package var commandFailure: CommandFailure {
        let status: ExitStatus =
            switch self {
            case .refused, .outOfMemory, .processLost: .internalError
            case .membership, .group: .badInput
            case .damagedCheckpoint: .damaged
            case .newerCheckpoint, .unfitting: .conflict
            }
        return CommandFailure(status, problem, remedy: remedy)
    }
}
