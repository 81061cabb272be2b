import Catalog
import Domain
import Foundation
import Plans
import Postgres
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

    // MARK: - Files, keys and lines

    @Test(arguments: [
        ("run: {name: r, organs: [liver], split: s}\nlearning:\n  batch: 0", "learning.batch is 0 (line 3)"),
        ("run: {name: r, organs: [liver], split: s}\nlearning: {}\n\nlearnin: {}", "learnin is not a section (line 4)"),
        ("run:\n  name: r\n  organs: [liver]\n  split: s\n  organs: [spleen]", "line 3: organs is given twice"),
        ("run:\n  name: 'r\n", "line 3: "),
    ])
    func aWrongValueIsNamedWithItsLine(yaml: String, problem: String) async throws {
        try await withTemporaryFolder { folder in
            try yaml.write(toFile: "\(folder)/run.yaml", atomically: true, encoding: .utf8)
            let error = try #require(throws: ConfigurationError.self) {
                try RunConfiguration(contentsOf: "\(folder)/run.yaml")
            }
            #expect(error.statement.contains(problem), "\(error.statement)")
            #expect(error.statement.count < 200 && error.file == "\(folder)/run.yaml")
        }
    }

    /// The key that a person wrote is named, not the one whose default contradicts it; and what is to be changed.
    @Test(arguments: [
        (
            "learning: {windowLow: 300}",
            "learning.windowLow is 300, and learning.windowHigh, which is not set, is 240 (line 5)",
            "change learning.windowLow, or set learning.windowHigh: give a number above windowLow"
        ),
        ("learning: {windowHigh: -500}", "learning.windowHigh is -500 (line 5)", "give a number above windowLow"),
        (
            "learning: {dimensions: 3}",
            "learning.dimensions is 3, and learning.contextSlices, which is not set, is 5 (line 5)",
            "change learning.dimensions, or set learning.contextSlices: give 1 for three dimensions"
        ),
        (
            "learning: {widths: [4, 8, 16, 32, 64, 64, 64]}",
            "learning.widths is [4, 8, 16, 32, 64, 64, 64], and learning.patch",
            "change learning.widths, or set learning.patch: give 2 multiples of 64"
        ),
        (
            "  modalities: [ct]", "run.modalities is [ct] (line 5)",
            "give one or more of CT, MR, other, none twice"
        ),
        (
            "  keepLargestPart: liver", "run.keepLargestPart is liver (line 5)",
            "give a list, such as [liver]: organs of run.organs, none twice"
        ),
        ("learning: {widths: 16}", "learning.widths is 16 (line 5)", "give a list, such as [16]: 1 to 7 values"),
        (
            "  classMapping: liver", "run.classMapping is liver (line 5)",
            "give a mapping, such as {organ: [organ, organ]}: "
        ),
        (
            "  confidenceSteps: 5", "run.confidenceSteps has no effect, because run.confidence is probability",
            "remove run.confidenceSteps, or change run.confidence"
        ),
        (
            "  validateEvery: 5000", "run.validateEvery has no effect, because no round has more than 2000 steps",
            "remove run.validateEvery, or change run.stepsInRoundZero or run.stepsPerRound"
        ),
        (
            "  startFrom: r/2", "run.startFrom is r/2 (line 5)",
            "give a round of another run, or run.name another name; the runs of a schedule have names of their own"
        ),
        (
            "  split: t", "line 4: split is given twice in one section", "keep one line of each key"
        ),
    ])
    func aContradictionNamesTheKeysAndWhatToChange(line: String, problem: String, remedy: String) async throws {
        try await withTemporaryFolder { folder in
            try "run:\n  name: r\n  organs: [liver]\n  split: s\n\(line)\n".write(
                toFile: "\(folder)/run.yaml", atomically: true, encoding: .utf8)
            let error = try #require(throws: ConfigurationError.self) {
                try RunConfiguration(contentsOf: "\(folder)/run.yaml")
            }
            #expect(error.statement.hasPrefix(problem), "\(error.statement)")
            #expect(error.remedy.hasPrefix(remedy), "\(error.remedy)")
        }
    }

    @Test func aWrongValueOfADaemonIsNamedWithItsLine() async throws {
        try await withTemporaryFolder { folder in
            try "daemon:\n  leaseSeconds: -1\n".write(
                toFile: "\(folder)/serve.yaml", atomically: true, encoding: .utf8)
            let error = try #require(throws: ConfigurationError.self) {
                try DaemonConfiguration(contentsOf: "\(folder)/serve.yaml")
            }
            #expect(error.statement == "daemon.leaseSeconds is -1 (line 2)")
        }
    }

    /// The catalogue refuses the value, not the file.
    @Test func aValueThatTheCatalogueRefusesIsNamedWithItsLine() async throws {
        var configuration = try await configuration()
        func place(_ refusal: any Error) async -> String {
            do {
                try await configuration.resolvePlan { _ in throw refusal }
                return "none"
            } catch let error as MisconfiguredValue {
                return "\(error.key) \(error.line ?? 0)"
            } catch let error as ConfigurationError {
                return "\(error.key ?? "") \(error.line ?? 0)"
            } catch { return "elsewhere" }
        }
        var refused = ServerError(sqlState: "LA004", message: "no split is named s", statement: "StartRun")
        #expect(await place(PostgresError.server(refused)) == "elsewhere")
        refused.column = "split"
        #expect(await place(PostgresError.server(refused)) == "run.split 4")
        let organ = MisconfiguredValue(
            file: nil, line: nil, key: "run.classMapping", cause: CatalogError.unknownOrgan("livr"))
        #expect(await place(organ) == "run.classMapping 8")
        let mapping = ConfigurationError(key: "run.classMapping.aorta", problem: "is wrong", remedy: "mend it")
        #expect(await place(mapping) == "run.classMapping.aorta 8")
        #expect(await place(SettingError.missing(key: "name", limits: "a name")) == "run.name 2")
    }

    @Test(arguments: ["", "3", "[]", #"{"run": 3}"#, #"{"run": {"name": null}}"#])
    func whatIsNoConfigurationIsRefused(json: String) throws {
        #expect(throws: ConfigurationError.self) { try RunConfiguration(json: json) }
    }
}
