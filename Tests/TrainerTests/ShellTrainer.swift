import Foundation
import System
import TestSupport

@testable import Trainers

extension TrainerJob {
    private static func item(labels: String?, logits: String?) -> Case {
        Case(
            volume: 12, shape: [4, 3, 2], spacing: [1, 1, 2.5], modality: "CT", image: "/cache/i.volume",
            intensity: Intensity(scale: 1, offset: 0, low: -160, high: 240, mean: 40, deviation: 100, outside: -160),
            labels: labels, logits: logits)
    }

    static func training(_ start: Start? = nil) -> TrainerJob {
        TrainerJob(
            stage: .train, run: "r", round: 1, seed: 3, organs: ["liver", "spleen"], exclusions: [["liver", "spleen"]],
            composites: [["liver", "spleen"]], cases: [item(labels: "/cache/l.labels", logits: nil)],
            training: Training(
                steps: 10, pseudoWeight: 0.5, missingAsBackground: false, start: start, checkpoints: "/job/checkpoints")
        )
    }

    static let prediction = TrainerJob(
        stage: .predict, run: "r", round: 1, seed: 3, organs: ["liver"], exclusions: [],
        cases: [item(labels: nil, logits: "/job/12.logits")], checkpoint: "/job/round.checkpoint")
}

/// A program in shell, run as a trainer.
struct ShellTrainer {
    let folder = TemporaryFolder.make("trainer")
    var grace = 5.0
    var silence = 20.0
    var writable: [String] = []
    var environment = ["PATH": "/usr/bin:/bin"]

    var jobs: String { "\(folder)/jobs" }

    /// - Returns: the lines of progress, and how it ended.
    func run(
        _ script: String, job: TrainerJob = .training(), isStopping: () -> Bool = { false },
        progress: (TrainerProgress, JobFolder) throws -> Void = { _, _ in }
    ) throws -> (progress: [TrainerProgress], ending: TrainerProcess.Ending) {
        let command = TrainerCommand(
            ["/bin/sh", "-c", script], grace: grace, silence: silence, writable: writable, environment: environment)
        let own = try JobFolder(in: jobs)
        var lines: [TrainerProgress] = []
        let ending = try TrainerProcess(command, in: own).run(
            job, isStopping: isStopping,
            progress: {
                lines.append($0)
                try progress($0, own)
            })
        return (lines, ending)
    }

    /// The error of a program that fails.
    func error(_ script: String) throws -> TrainerError? {
        do {
            _ = try run(script)
            return nil
        } catch let error as TrainerError {
            return error
        }
    }

    var leftovers: [String] { (try? Folder.names(in: jobs)) ?? [] }
}
