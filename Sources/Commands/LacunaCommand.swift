package import ArgumentParser
internal import Glibc

/// The root of the command line.
package struct LacunaCommand: AsyncParsableCommand {
    package static let version = "lacuna 0.1.0"

    package static let configuration = CommandConfiguration(
        commandName: "lacuna",
        abstract: "Manage organ labels of partially labelled CT and MR datasets.",
        version: version,
        subcommands: [DatabaseCommand.self])

    package init() {}
}

/// The program `lacuna`.
public enum Lacuna {
    /// Runs the command that the arguments name and ends the process with its exit status.
    public static func run() async -> Never {
        // The server rolls back what was under way.
        signal(SIGINT) { _ in _exit(CommandStatus.interrupted.rawValue) }
        exit(await status(of: Array(CommandLine.arguments.dropFirst())).rawValue)
    }

    /// Runs one command line; errors are told on standard error.
    static func status(of arguments: [String]) async -> CommandStatus {
        do {
            var command = try LacunaCommand.parseAsRoot(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return .done
        } catch {
            return tell(error)
        }
    }

    /// Help and versions are results; what the parser refuses is a failure of usage; all others tell themselves.
    private static func tell(_ error: any Error) -> CommandStatus {
        if let code = error as? ExitCode { return CommandStatus(rawValue: code.rawValue) ?? .internalError }
        let code = LacunaCommand.exitCode(for: error)
        if code == .success {
            Output.write(LacunaCommand.fullMessage(for: error) + "\n", to: STDOUT_FILENO)
            return .done
        }
        if code == .validationFailure {
            Output.write(LacunaCommand.fullMessage(for: error) + "\n", to: STDERR_FILENO)
            return .usage
        }
        let failure = CommandFailure(error)
        Output.write(failure.message, to: STDERR_FILENO)
        return failure.status
    }
}
