package import Workflows

extension ConfigurationError: CommandFailing {
    package var commandFailure: CommandFailure {
        CommandFailure(.badInput, statement, file: file, remedy: remedy)
    }
}
