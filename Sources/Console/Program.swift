package import ArgumentParser
internal import Glibc

/// A program: its name, version and command line.
package struct Program: Sendable {
    package static let lacuna = Program(name: "lacuna")
    package static let lacunad = Program(name: "lacunad")

    /// The running program, whose name begins each warning.
    @TaskLocal static var current = Program.lacuna
    /// The noun and the verb of the running command, such as `dataset import`.
    @TaskLocal static var command = ""

    /// Runs `body` while sessions also name the subject of the command, such as a run; no patient data.
    package static func naming<T>(_ subject: String, _ body: () async throws -> T) async rethrows -> T {
        try await $command.withValue("\(command) \(subject)", operation: body)
    }

    package let name: String

    /// Name and version, as activities and the migration ledger record them.
    package var version: String { "\(name) 0.1.0" }

    /// Runs the command that the arguments name and ends the process with its exit status.
    ///
    /// SIGINT, SIGTERM and SIGHUP end it as `Interruption` describes.
    package func run(_ root: (some ParsableCommand).Type) async -> Never {
        Environment.limitTimeToConnect()
        StandardOutput.reserveDescriptors()
        Interruption.watch()
        exit(await status(of: Array(CommandLine.arguments.dropFirst()), root).rawValue)
    }

    /// Runs one command line; errors are printed on standard error.
    package func status(of arguments: [String], _ root: (some ParsableCommand).Type) async -> ExitStatus {
        let status = await Program.$current.withValue(self) { await follow(arguments, root) }
        guard let failure = StandardOutput.takeFailure() else { return status }
        Output.write(
            "\(name): error: standard output cannot be written: \(failure); free space, or redirect it elsewhere\n",
            to: STDERR_FILENO)
        return status == .done ? .unreachable : status
    }

    private func follow(_ arguments: [String], _ root: (some ParsableCommand).Type) async -> ExitStatus {
        do {
            let named = try CommandPath(arguments, root, program: name).check()
            try RepeatedOptions(arguments).check(named, program: name)
            try await Program.$command.withValue(named.path) { try await Self.run(arguments, root) }
            return .done
        } catch {
            Interruption.waitForEnd()
            return report(error, root)
        }
    }

    private static func run(_ arguments: [String], _ root: (some ParsableCommand).Type) async throws {
        var command = try root.parseAsRoot(arguments)
        if var asynchronous = command as? any AsyncParsableCommand {
            try await asynchronous.run()
        } else {
            try command.run()
        }
    }

    /// Help and versions are results; what the parser refuses is a usage error; all others are reported as `CommandFailure`.
    private func report(_ error: any Error, _ root: (some ParsableCommand).Type) -> ExitStatus {
        if let code = error as? ExitCode { return ExitStatus(rawValue: code.rawValue) ?? .internalError }
        let code = root.exitCode(for: error)
        if [.success, .validationFailure].contains(code) {
            let isHelp = code == .success
            let text = UsageLine.shortened(in: root.fullMessage(for: error))
            Output.write(text + "\n", to: isHelp ? STDOUT_FILENO : STDERR_FILENO)
            return isHelp ? .done : .usage
        }
        let failure = CommandFailure(error)
        Output.write(failure.message(from: self), to: STDERR_FILENO)
        return failure.status
    }
}
