import Domain
import Foundation
import Plans
import TestSupport
import Testing

@testable import Workflows

/// Configurations with an outside trainer.
@Suite struct OutsideConfigurationTests {
    private func read(_ text: String) async throws -> RunConfiguration {
        try await withTemporaryFolder { folder in
            try ("run: {name: r, organs: [liver], split: s}\n" + text)
                .write(toFile: "\(folder)/run.yaml", atomically: true, encoding: .utf8)
            return try RunConfiguration(contentsOf: "\(folder)/run.yaml")
        }
    }

    @Test func theCommandMakesTheRunAndTheRestIsOfTheMachine() async throws {
        let plain = try await read("")
        #expect(try !plain.json().contains("trainer"), "runs of the built-in trainer keep their checksum")
        let first = try await read("trainer: {command: [t, x], grace: 5s, writable: [/logs]}")
        let second = try await read("trainer: {command: [t, x]}")
        let other = try await read("trainer: {command: [t, y]}")
        let texts = [try first.json(), try second.json(), try other.json()]
        #expect(texts[0] == texts[1] && texts[0] != texts[2])
        let kept = try RunConfiguration(json: texts[0])
        #expect(kept.trainer.command == ["t", "x"] && kept.trainer.grace == 60)
        #expect(kept.with(trainer: first.trainer).trainer == first.trainer)
        #expect(kept.with(trainer: TrainerSettings()).trainer.command == ["t", "x"])
    }

    @Test(arguments: ["residual", "tcp", "correctness"])
    func aConfidenceHeadBelongsToTheBuiltInNetwork(confidence: String) async throws {
        let error = try await #require(throws: ConfigurationError.self) {
            try await withTemporaryFolder { folder in
                try "run: {name: r, organs: [liver], split: s, confidence: \(confidence)}\ntrainer: {command: [t]}"
                    .write(
                        toFile: "\(folder)/run.yaml", atomically: true, encoding: .utf8)
                return try RunConfiguration(contentsOf: "\(folder)/run.yaml")
            }
        }
        #expect(
            error.statement.hasPrefix("run.confidence is \(confidence)") && error.statement.contains("trainer.command"))
    }

    @Test(arguments: [
        (
            "learning: {widths: [4, 8]}\ntrainer: {command: [t]}",
            "learning.widths has no effect, because trainer.command is set"
        ),
        ("learning: {threads: 1}\ntrainer: {command: [t]}", "learning.threads has no effect"),
        ("trainer: {grace: 5s}", "trainer.grace has no effect, because trainer.command is not set"),
    ])
    func keysWithoutEffectAreNamed(text: String, problem: String) async throws {
        let error = try await #require(throws: ConfigurationError.self) { try await read(text) }
        #expect(error.statement.contains(problem), "\(error.statement)")
    }

    @Test func keysThatTheProgramIsToldOfAreAllowed() async throws {
        let configuration = try await read(
            "learning: {intensity: window, windowLow: -100, missingAsBackground: true}\ntrainer: {command: [t]}")
        #expect(configuration.settings.missingAsBackground)
    }

    @Test func aDaemonThatServesHasACommandOfItsOwn() throws {
        let configuration = try DaemonConfiguration(["trainer": ["command": .list([.text("t")])]])
        #expect(configuration.trainer.command == ["t"])
        #expect(throws: ConfigurationError.self) {
            try DaemonConfiguration(["trainer": ["command": .list([.text("./t")])]])
        }
    }
}
