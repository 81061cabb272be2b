/// An error as the command line reports it: problem, file, remedy, and the program's exit status.
package struct CommandFailure: Error, Hashable, Sendable {
    package var status: ExitStatus
    package var problem: String
    package var file: String?
    package var remedy: String?

    package init(_ status: ExitStatus, _ problem: String, file: String? = nil, remedy: String? = nil) {
        self.status = status
        self.problem = problem
        self.file = file
        self.remedy = remedy
    }

    /// The lines for standard error.
    package func message(from program: Program) -> String {
        var lines = "\(program.name): error: \(problem)\n"
        if let file { lines += "  file: \(Printable.name(file))\n" }
        if let remedy { lines += "  remedy: \(remedy)\n" }
        return lines
    }

    /// The failure that any error is reported as.
    package init(_ error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let failing as any CommandFailing: self = failing.commandFailure
        case is CancellationError: self.init(.interrupted, "interrupted")
        default:
            self.init(.internalError, String(describing: error), remedy: "report this with the command that you ran")
        }
    }
}

/// An error of another target that the command line can report.
package protocol CommandFailing: Error {
    var commandFailure: CommandFailure { get }
}
