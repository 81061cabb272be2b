import Foundation
import Learning
import Tensors
import TestSupport
import Testing

/// Several processes train one network: each test starts this program again, once for each process.
@Suite struct ProcessGroupTests {
    private static let taskKey = "LACUNA_GROUP_TASK"
    private static let outputKey = "LACUNA_GROUP_OUTPUT"
    private static let task = ProcessInfo.processInfo.environment[taskKey].flatMap(GroupTask.init)

    /// One process of a group.
    @Test(.enabled(if: task != nil, "is started by the other tests, once for each process of a group"))
    func aProcessOfAGroup() async throws {
        let (task, environment) = (try #require(Self.task), ProcessInfo.processInfo.environment)
        let membership = try #require(try GroupMembership(environment: environment))
        let lines = try await tensorThread.run { task.perform(in: try ProcessGroup(membership)) }
        try (lines.joined(separator: "\n") + "\n").write(
            toFile: try #require(environment[Self.outputKey]), atomically: true, encoding: .utf8)
    }

    /// The lines of each process; none of one that was killed.
    private func run(_ task: GroupTask, processes: Int = 2) async throws -> [[String]] {
        try await withTemporaryFolder { folder in
            let port = try FreePort.next()
            let programs = try (0..<processes).map { rank in
                try RunningProgram(
                    "/proc/self/exe",
                    [
                        "--testing-library", "swift-testing", "--filter",
                        "LearningTests.ProcessGroupTests/aProcessOfAGroup",
                    ],
                    environment: [
                        "RANK": "\(rank)", "WORLD_SIZE": "\(processes)", "MASTER_ADDR": "127.0.0.1",
                        "MASTER_PORT": "\(port)", Self.taskKey: task.rawValue, Self.outputKey: "\(folder)/\(rank)",
                    ])
            }
            var lines: [[String]] = []
            for (rank, program) in programs.enumerated() {
                let ending = await program.end()
                let text = try? String(contentsOfFile: "\(folder)/\(rank)", encoding: .utf8)
                if text == nil, ending.status < 128 {
                    Issue.record("process \(rank): \(ending.output)\(ending.errors)")
                }
                lines.append((text ?? "").split(separator: "\n").map(String.init))
            }
            return lines
        }
    }

    /// Two processes with two rows each, or four with one, have the losses of one process with four rows; the weights of all have equal
    /// bits, and the first one alone stores.
    @Test(arguments: [(GroupTask.train, 2), (.train, 4), (.everything, 2)])
    func aGroupLearnsAsOneProcessWithTheWholeBatch(task: GroupTask, processes: Int) async throws {
        let alone = try await tensorThread.run { task.perform(in: nil) }
        let group = try await run(task, processes: processes)
        let expected = alone.values(of: "loss").compactMap(Double.init)
        try #require(expected.count == 6 && Set(expected).count == 6, "\(alone)")
        for (rank, lines) in group.enumerated() {
            let losses = lines.values(of: "loss").compactMap(Double.init)
            #expect(losses.count == 6, "process \(rank): \(lines)")
            for (ours, whole) in zip(losses, expected) {
                #expect(abs(ours - whole) < 2e-5 * abs(whole), "process \(rank)")
            }
            #expect(lines.values(of: "weights") == group[0].values(of: "weights"))
            #expect(lines.values(of: "loss") == group[0].values(of: "loss"))
            #expect(lines.values(of: "stored") == (rank == 0 ? alone.values(of: "stored") : []))
        }
    }

    /// Each process has the value of the whole batch and the derivative by its own row, whatever computes the loss.
    @Test func theLossIsThatOfTheWholeBatch() async throws {
        let alone = try await tensorThread.run { GroupTask.losses.perform(in: nil) }
        let values = alone.values(of: "value").compactMap(Double.init)
        try #require(values.count == 6)
        for (rank, lines) in try await run(.losses).enumerated() {
            let own = lines.values(of: "value").compactMap(Double.init)
            #expect(own.count == 6 && zip(own, values).allSatisfy { abs($0 - $1) < 1e-6 * $1 }, "\(own) \(values)")
            let (ours, whole) = (lines.values(of: "row\(rank)"), alone.values(of: "row\(rank)"))
            #expect(ours.count == 6 && whole.count == 6)
            for (gradient, expected) in zip(ours, whole) {
                func numbers(_ text: String) -> [Float] { text.split(separator: ",").compactMap { Float($0) } }
                #expect(numbers(gradient).count == 150 && distance(numbers(gradient), numbers(expected)) < 1e-6)
            }
        }
    }

    /// The death of one process ends the others with an error that says so.
    @Test(arguments: [(GroupTask.lastDies, 0), (.leaderDies, 1)])
    func theDeathOfOneEndsAll(task: GroupTask, survivor: Int) async throws {
        let lines = try await run(task)
        #expect(lines[1 - survivor].isEmpty)
        #expect(lines[survivor].values(of: "loss").count == 2)
        let error = lines[survivor].values(of: "error").first ?? ""
        #expect(error.hasPrefix("process \(survivor) of the 2 of the training lost another one: "), "\(lines)")
    }

    @Test(arguments: [GroupTask.otherSteps, .otherWeights])
    func processesThatDifferDoNotStart(task: GroupTask) async throws {
        for lines in try await run(task) {
            #expect(lines == ["error \(LearningError.processesDiffer)"])
        }
    }

    /// A request to stop that reaches one process stops all after one step; evaluations are those of the first process.
    @Test func allStopTogether() async throws {
        let lines = try await run(.stop)
        for (rank, own) in lines.enumerated() {
            #expect(own.contains("stopped(step: 3)") && own.contains("validations [0.5]"), "\(own)")
            #expect(own.values(of: "stored") == (rank == 0 ? ["3"] : []))
        }
    }

    /// A step for which one process gets no batch any more is given up by all, at the same step.
    @Test func allGiveTheSameStepUp() async throws {
        let lines = try await run(.noVolumes)
        let steps = lines.map { $0.values(of: "loss").count }
        #expect(steps[0] == steps[1] && (2..<1000).contains(steps[0]), "\(steps)")
        for own in lines { #expect(own.last == "error CancellationError()", "\(own.suffix(2))") }
    }

    @Test func aProcessWithoutOthersEndsInTime() async throws {
        let port = try FreePort.next()
        let problem = try await tensorThread.run {
            var membership = GroupMembership(rank: 0, size: 2, host: "127.0.0.1", port: port)
            membership.timeout = .seconds(1)
            do throws(TensorError) {
                _ = try ProcessGroup(membership)
                return "none"
            } catch {
                return error.problem
            }
        }
        #expect(problem.contains("process 0 of 2 did not meet the others at 127.0.0.1:\(port)"), "\(problem)")
    }

    // MARK: - The environment

    private static let variables = ["RANK": "1", "WORLD_SIZE": "2", "MASTER_ADDR": "host", "MASTER_PORT": "29500"]

    @Test func theEnvironmentNamesThePlaceOfAProcess() throws {
        let membership = try #require(try GroupMembership(environment: Self.variables))
        #expect(membership == GroupMembership(rank: 1, size: 2, host: "host", port: 29500, prefix: "lacuna/0"))
        #expect(try GroupMembership(environment: [:]) == nil)
        #expect(try GroupMembership(environment: ["WORLD_SIZE": "1", "RANK": "0"]) == nil)
    }

    /// `torchrun` serves a store of its own at the port, and starts the processes again with another prefix.
    @Test func thePortAfterTorchrunsIsUsed() throws {
        let torchrun = ["TORCHELASTIC_USE_AGENT_STORE": "True", "TORCHELASTIC_RESTART_COUNT": "3"]
        let membership = try #require(
            try GroupMembership(environment: Self.variables.merging(torchrun) { $1 }))
        #expect(membership.port == 29501 && membership.prefix == "lacuna/3")
    }

    @Test(arguments: [
        ("RANK", "2"), ("RANK", "-1"), ("RANK", nil), ("WORLD_SIZE", "x"), ("WORLD_SIZE", "0"), ("MASTER_ADDR", nil),
        ("MASTER_ADDR", ""), ("MASTER_PORT", "0"), ("MASTER_PORT", nil),
    ])
    func aWrongVariableIsNamed(name: String, value: String?) {
        var variables = Self.variables
        variables[name] = value
        let error = #expect(throws: TensorError.self) { try GroupMembership(environment: variables) }
        #expect(error?.problem.contains(name) == true)
    }
}
