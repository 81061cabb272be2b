internal import Cluster
internal import Postgres
internal import Schema

/// An error as the command line tells it: what is wrong, in which file, what to do, and how the program ends.
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
        if let file { lines += "  file: \(file)\n" }
        if let remedy { lines += "  remedy: \(remedy)\n" }
        return lines
    }

    /// What any error means to the caller.
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

/// An error of another target that knows how the command line tells it; the conformances stand beside the commands.
package protocol CommandFailing: Error {
    var commandFailure: CommandFailure { get }
}

extension PostgresError: CommandFailing {
    package var commandFailure: CommandFailure {
        switch self {
        case .connectionFailed, .connectionLost, .closed:
            CommandFailure(
                .unreachable, description, remedy: "check --database or PGHOST, and that the server is running")
        case .server(let error): error.commandFailure
        case .transactionFailed: CommandFailure(.conflict, description)
        case .decoding, .encoding, .rowCount, .nestedTransaction, .client:
            CommandFailure(.internalError, description, remedy: "report this with the command that you ran")
        }
    }
}

extension ServerError {
    /// LA004 names something that does not exist; class 23 and our other LA are rules that the request breaks; 40 and 55 are others at work at the same time; 08, 53, 57 and
    /// 58 are a server that cannot serve; 42501 is a role that may not.
    var commandFailure: CommandFailure {
        let told = sqlState.hasPrefix("LA") ? message : description
        switch sqlState {
        case "42501":
            return CommandFailure(.conflict, told, remedy: hint ?? "log in as a member of lacuna_manager")
        case "LA004": return CommandFailure(.badInput, told, remedy: hint)
        case "57014": return CommandFailure(.interrupted, told)
        case _ where ["23", "LA"].contains(where: sqlState.hasPrefix):
            return CommandFailure(.conflict, told, remedy: hint)
        case _ where ["40", "55"].contains(where: sqlState.hasPrefix):
            return CommandFailure(.conflict, told, remedy: "others work on the same rows; run the command again")
        case _ where ["08", "28", "3D", "53", "57", "58"].contains(where: sqlState.hasPrefix):
            return CommandFailure(.unreachable, told, remedy: hint ?? "see the server's log")
        case _ where sqlState.hasPrefix("22"): return CommandFailure(.badInput, told, remedy: hint)
        default:
            return CommandFailure(.internalError, told, remedy: hint ?? "report this with the command that you ran")
        }
    }
}

extension ClusterError: CommandFailing {
    package var commandFailure: CommandFailure {
        let status: ExitStatus =
            switch self {
            case .madeByAnotherUser: .conflict
            default: .unreachable
            }
        return CommandFailure(status, description, remedy: remedy)
    }
}

extension SchemaError: CommandFailing {
    package var commandFailure: CommandFailure {
        switch self {
        case .serverTooOld: CommandFailure(.unreachable, description, remedy: remedy)
        case .migrationChanged, .gap: CommandFailure(.damaged, description, remedy: remedy)
        case .databaseNewerThanProgram, .databaseOlderThanProgram, .needsTransaction:
            CommandFailure(.conflict, description, remedy: remedy)
        }
    }
}
