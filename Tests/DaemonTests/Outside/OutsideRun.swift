import Foundation
import TestSupport
import Testing

/// A run by an outside program: two rounds, of which the first publishes.
struct OutsideRun: Sendable {
    var name = "o"
    /// The words of the command.
    var command: [String]
    var silence = "60s"
    var grace = "5s"
    var extra = ""

    static let example = "\(packageRoot)/examples/outside_trainer.py"
    static let python = "/usr/bin/python3"

    /// By the example.
    init() { command = [Self.python, Self.example] }

    /// By the example, with one thing wrong while `file` exists.
    init(fault: String, while file: String) {
        command = [
            Self.python, "\(packageRoot)/Tests/DaemonTests/Outside/faulty_trainer.py", Self.example, fault, file,
        ]
    }

    var text: String {
        """
        run:
          name: \(name)
          organs: [liver, spleen, stomach]
          split: s
          rounds: 1
          seed: 3
          stepsInRoundZero: 12
          stepsPerRound: 8
          minimumAnnotatedVolumes: 1
          guardRatio: 100
          minimumDice: 0
          minimumQuality: 0
          minimumLargestPart: 0
          \(extra)
        trainer:
          command: [\(command.joined(separator: ", "))]
          silence: \(silence)
          grace: \(grace)
        daemon:
          leaseSeconds: 1
        """
    }

    /// The results of an undisturbed run, for all tests that compare with it.
    static let whole = Task {
        let place = try await World.current.makePlace()
        let ending = try await place.startOutside(OutsideRun()).end()
        try #require(ending.status == 0, "\(ending.errors)")
        return (labels: try await place.labels(), checkpoints: try await place.checkpoints())
    }
}

extension Place {
    func startOutside(
        _ run: OutsideRun, environment: [String: String] = [:], _ extra: String...
    ) throws -> RunningProgram {
        let path = "\(folder)/\(UUID().uuidString).yaml"
        try run.text.write(toFile: path, atomically: true, encoding: .utf8)
        return try RunningProgram(
            "lacunad",
            ["run", "--once", "--config", path, "--database", target("lacunad"), "--home", home] + extra,
            environment: environment)
    }

    /// The folders of jobs that were not removed.
    var jobFolders: [String] { (try? FileManager.default.contentsOfDirectory(atPath: "\(home)/trainer")) ?? [] }

    /// Labels and checkpoints are those of an undisturbed run.
    func expectSameAsWholeOutsideRun(_ comment: Comment) async throws {
        let whole = try await OutsideRun.whole.value
        let (labels, checkpoints) = (try await labels(), try await checkpoints())
        #expect(labels == whole.labels, comment)
        #expect(checkpoints == whole.checkpoints, comment)
    }
}
