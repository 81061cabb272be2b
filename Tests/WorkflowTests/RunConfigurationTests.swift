import Domain
import Foundation
import Plans
import TestSupport
import Testing

@testable import Workflows

/// Configurations as the catalogue keeps them.
@Suite struct RunConfigurationTests {
    private static let yaml = """
        run:
          name: r
          organs: [liver, aorta]
          split: s
          rounds: 2
          minimumConfidence: 0.25
          trainsOnUnassigned: true
          classMapping: {aorta: [aorta_thoracic, aorta]}
        learning: {learningRate: 0.0000001, widths: [4, 8], optimiser: sgd}
        grid: {spacing: [1, 1.5, 2]}
        daemon: {leaseSeconds: 10}
        """

    private func configuration() async throws -> RunConfiguration {
        try await withTemporaryFolder { folder in
            try Self.yaml.write(toFile: "\(folder)/run.yaml", atomically: true, encoding: .utf8)
            return try RunConfiguration(contentsOf: "\(folder)/run.yaml")
        }
    }

    @Test func whatIsKeptIsReadAgain() async throws {
        let first = try await configuration()
        let second = try RunConfiguration(json: try first.json())
        #expect(second.plan == first.plan && second.settings == first.settings && second.grid == first.grid)
        #expect(try second.json() == first.json())
    }

    @Test func aRunOfAnotherNameDiffersInItsNameAlone() async throws {
        let first = try await configuration()
        var second = try first.withName("nightly-1")
        #expect(second.plan.name == "nightly-1" && second.plan != first.plan)
        second = try second.withName("r")
        #expect(second.plan == first.plan)
        #expect(throws: ConfigurationError.self) { try first.withName("a/b") }
    }

    @Test(arguments: ["", "3", "[]", #"{"run": 3}"#, #"{"run": {"name": null}}"#])
    func whatIsNoConfigurationIsRefused(json: String) throws {
        #expect(throws: ConfigurationError.self) { try RunConfiguration(json: json) }
    }
}
