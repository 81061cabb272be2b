package import Workflows

extension MisconfiguredValue: CommandFailing {
    package var commandFailure: CommandFailure {
        var failure = CommandFailure(cause)
        failure.problem = "\(key)\(line.map { " (line \($0))" } ?? ""): \(failure.problem)"
        failure.file = file
        return failure
    }
}

extension ConfigurationError: CommandFailing {
    package var commandFailure: CommandFailure {
        CommandFailure(.badInput, statement, file: file, remedy: remedy)
    }
}
