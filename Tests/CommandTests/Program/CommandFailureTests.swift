import Cluster
import Console
import Daemon
import Postgres
import Schema
import Tensors
import Testing

@Suite struct CommandFailureTests {
    private func refusal(_ state: String, message: String = "text", hint: String? = nil) -> PostgresError {
        var error = ServerError(sqlState: state, message: message, statement: "AddLabel")
        error.hint = hint
        return .server(error)
    }

    @Test(arguments: [
        ("23505", Console.ExitStatus.conflict), ("23514", .conflict), ("LA001", .conflict), ("40001", .conflict),
        ("40P01", .conflict), ("55P03", .conflict), ("42501", .conflict), ("22P02", .badInput), ("57P01", .unreachable),
        ("53300", .unreachable), ("3D000", .unreachable), ("57014", .interrupted), ("42P01", .internalError),
    ])
    func sqlStatesHaveExitStatuses(state: String, status: Console.ExitStatus) {
        #expect(CommandFailure(refusal(state)).status == status)
    }

    @Test func aLostServerIsUnreachable() {
        #expect(CommandFailure(PostgresError.connectionFailed(message: "no")).status == .unreachable)
        #expect(CommandFailure(PostgresError.connectionLost(statement: "x")).status == .unreachable)
        #expect(CommandFailure(ClusterError.serverNotFound(searched: [])).status == .unreachable)
    }

    @Test func schemasHaveExitStatuses() {
        #expect(CommandFailure(SchemaError.databaseNewerThanProgram(database: 2, program: 1)).status == .conflict)
        #expect(CommandFailure(SchemaError.migrationChanged(number: 1)).status == .damaged)
    }

    @Test(arguments: [
        (TensorError.refused(operation: "conv2d", problem: "no such shape"), Console.ExitStatus.internalError),
        (.outOfMemory(operation: "conv2d", problem: "no memory"), .internalError),
        (.damagedCheckpoint(problem: "cut short"), .damaged), (.newerCheckpoint(version: 2, newest: 1), .conflict),
        (.unfitting(path: "head", problem: "two organs"), .conflict),
    ])
    func tensorsAndCheckpointsHaveExitStatuses(error: TensorError, status: Console.ExitStatus) {
        let failure = CommandFailure(error)
        #expect(failure.status == status)
        #expect(failure.problem == error.problem && failure.remedy == error.remedy)
    }

    @Test func othersAreInternalOrInterrupted() {
        struct Strange: Error {}
        #expect(CommandFailure(Strange()).status == .internalError)
        #expect(CommandFailure(CancellationError()).status == .interrupted)
        let own = CommandFailure(.partlyDone, "two of three", file: "a.nii")
        #expect(CommandFailure(own) == own)
    }

    @Test func rulesOfTheSchemaAreReportedWithTheirHint() {
        let failure = CommandFailure(
            refusal("LA001", message: "a pseudo label cannot replace an annotation", hint: "review it"))
        #expect(
            failure.message(from: .lacuna) == """
                lacuna: error: a pseudo label cannot replace an annotation
                  remedy: review it

                """)
    }

    @Test func exitStatusesAreTheContract() {
        #expect(Console.ExitStatus.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5, 6, 7, 130])
    }
}
