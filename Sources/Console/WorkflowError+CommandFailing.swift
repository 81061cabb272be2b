package import Workflows

extension WorkflowError: CommandFailing {
    package var commandFailure: CommandFailure {
        CommandFailure(kind.status, problem, file: file, remedy: remedy)
    }
}

extension WorkflowError.Kind {
    fileprivate var status: ExitStatus {
        switch self {
        case .usage: .usage
        case .badInput: .badInput
        case .conflict: .conflict
        case .damaged: .damaged
        case .unreachable: .unreachable
        }
    }
}
