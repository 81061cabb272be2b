internal import Cluster
internal import Postgres
internal import Schema

extension PostgresError: CommandFailing {
    package var commandFailure: CommandFailure {
        switch self {
        case .connectionFailed, .connectionLost, .closed:
            CommandFailure(
                .unreachable, description, remedy: "check --database or PGHOST, that the server is running, and its log"
            )
        case .notAccepting:
            CommandFailure(
                .unreachable, description, remedy: "wait until the server has started, then run the command again")
        case .serverSilent:
            CommandFailure(
                .unreachable, description,
                remedy: "check that the server's processes run and its disk responds, then run the command again")
        case .server(let error): error.commandFailure
        case .transactionFailed: CommandFailure(.conflict, description, remedy: "run the command again")
        case .decoding, .encoding, .rowCount, .nestedTransaction, .client:
            CommandFailure(.internalError, description, remedy: "report this with the command that you ran")
        }
    }
}

extension ServerError {
    /// By SQLSTATE. LA004: a name that does not exist. Class 23 and other LA: a constraint or a rule of the schema. 40 and 55:
    /// concurrent changes. 08, 28, 3D, 53, 57 and 58: the server cannot serve. 42501: insufficient privilege. 22: a wrong value.
    var commandFailure: CommandFailure {
        let text = sqlState.hasPrefix("LA") ? message : description
        switch sqlState {
        case "55P03": return lockFailure
        case "42501":
            return CommandFailure(
                .conflict, "the login may not do this: \(message)",
                remedy: hint ?? "log in as a member of lacuna_manager")
        case "LA004": return CommandFailure(.badInput, text, remedy: hint ?? "name one that exists")
        case "57014": return CommandFailure(.interrupted, text, remedy: "run the command again")
        case _ where sqlState.hasPrefix("23"):
            return CommandFailure(.conflict, text, remedy: hint ?? "give a value that this rule of the schema allows")
        case _ where sqlState.hasPrefix("LA"):
            return CommandFailure(
                .conflict, text,
                remedy: hint ?? "nothing was changed; lacuna round list and lacuna job list show the states")
        case _ where ["40", "55"].contains(where: sqlState.hasPrefix):
            return CommandFailure(
                .conflict, text, remedy: "another session changes the same rows; run the command again")
        case _ where ["08", "28", "3D", "53", "57", "58"].contains(where: sqlState.hasPrefix):
            return CommandFailure(.unreachable, text, remedy: hint ?? "check the server's log")
        case _ where sqlState.hasPrefix("22"):
            return CommandFailure(.badInput, text, remedy: hint ?? "correct the value")
        default:
            return CommandFailure(.internalError, text, remedy: hint ?? "report this with the command that you ran")
        }
    }
}

extension ServerError {
    /// SQLSTATE 55P03: a lock was not available in time.
    private var lockFailure: CommandFailure {
        let wait = "the command waited too long for a lock that another session holds"
        guard let holder else {
            return CommandFailure(
                .conflict, wait, remedy: "run the command again when no other works on the same data")
        }
        return CommandFailure(
            .conflict, "\(wait): \(holder)",
            remedy: "run the command again when that session has ended; an administrator ends it with "
                + "select pg_terminate_backend(\(holder.process)); LACUNA_LOCK_TIMEOUT sets the time to wait")
    }
}

extension ClusterError: CommandFailing {
    package var commandFailure: CommandFailure {
        let status: ExitStatus =
            switch self {
            case .madeByAnotherUser, .clientFailed, .locked: .conflict
            case .damaged: .damaged
            default: .unreachable
            }
        return CommandFailure(status, description, remedy: remedy)
    }
}

extension SchemaError: CommandFailing {
    package var commandFailure: CommandFailure {
        switch self {
        case .serverTooOld: CommandFailure(.unreachable, description, remedy: remedy)
        case .migrationChanged, .gap, .ledgerMissing, .altered:
            CommandFailure(.damaged, description, remedy: remedy)
        case .databaseNewerThanProgram, .databaseOlderThanProgram, .needsTransaction:
            CommandFailure(.conflict, description, remedy: remedy)
        }
    }
}
