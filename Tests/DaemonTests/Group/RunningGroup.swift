import Foundation
import Glibc
import TestSupport

/// Processes of one run, started as PyTorch's users start theirs.
struct RunningGroup: Sendable {
    /// By their rank.
    let processes: [RunningProgram]

    var leader: RunningProgram { processes[0] }

    func signal(_ number: Int32) { for process in processes { process.signal(number) } }

    /// Waits for all of them.
    func end() async -> [Ending] {
        var endings: [Ending] = []
        for process in processes { endings.append(await process.end()) }
        return endings
    }
}

extension Place {
    /// The environment of a process of a group.
    static func member(_ rank: Int, of size: Int, port: Int) -> [String: String] {
        ["RANK": "\(rank)", "WORLD_SIZE": "\(size)", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "\(port)"]
    }

    /// Starts `lacunad run --once` in several processes.
    ///
    /// - Parameter logs: of the first one; `debug` has the loss of each step.
    func startGroup(_ file: RunFile, processes: Int = 2, logs: String = "info") throws -> RunningGroup {
        try startGroup(Array(repeating: file, count: processes), logs: logs)
    }

    /// - Parameter files: of each process.
    func startGroup(_ files: [RunFile], logs: String = "info") throws -> RunningGroup {
        let port = try FreePort.next()
        return RunningGroup(
            processes: try files.enumerated().map { rank, file in
                try startDaemon(
                    file, environment: Self.member(rank, of: files.count, port: port), "--log-level",
                    rank == 0 ? logs : "error")
            })
    }
}

extension RunFile {
    /// A run without a confidence head, which the first process fits alone, whose losses are all read.
    static func shared(batch: Int) -> RunFile {
        var file = RunFile()
        (file.batch, file.rounds, file.confidence) = (batch, 1, "probability")
        file.learning = "diceWeight: 0.5\n  logSteps: 1\n  optimiser: sgd"
        return file
    }

    /// So many steps that only a signal ends it, with a checkpoint after each fifth.
    static var sharedAndLong: RunFile {
        var file = shared(batch: 1)
        file.stepsInRoundZero = 1_000_000
        return file
    }
}

extension Ending {
    /// The losses in the log, by round and step.
    var losses: [String: Double] {
        let lines = errors.split(separator: "\n").filter { $0.contains("\"step finished\"") }
        let pairs = lines.compactMap { line -> (String, Double)? in
            var fields: [Substring: Substring] = [:]
            for field in line.split(separator: " ") {
                let parts = field.split(separator: "=", maxSplits: 1)
                if parts.count == 2 { fields[parts[0]] = parts[1] }
            }
            guard let round = fields["round"], let step = fields["step"],
                let loss = fields["loss"].flatMap({ Double($0) })
            else { return nil }
            return ("\(round)/\(step)", loss)
        }
        return Dictionary(pairs, uniquingKeysWith: { $1 })
    }
}
