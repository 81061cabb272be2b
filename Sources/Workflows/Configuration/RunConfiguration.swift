package import Domain
internal import Foundation
package import Plans

/// A configuration: the plan of a run, how its networks learn, on which grid, which program trains, how the daemon behaves, and
/// which notifications it sends.
///
/// A file is YAML with the sections `run` (`RunPlan`), `learning` (`LearningSettings`), `grid`, `trainer`, `daemon` and `notify`; only
/// `run` is required. `lacunad run --defaults` prints all keys. The catalogue keeps the sections as JSON.
package struct RunConfiguration: Sendable {
    package private(set) var plan: RunPlan
    package private(set) var settings: LearningSettings
    package let grid: GridSettings
    package private(set) var daemon: DaemonSettings
    package let notify: NotifySettings
    package private(set) var trainer: TrainerSettings
    /// Nil for a configuration that the catalogue keeps.
    var source: ConfigurationSource?

    /// - Parameter sections: values by section and key.
    /// - Throws: `ConfigurationError` naming the section and the key.
    package init(_ sections: [String: [String: SettingValue]]) throws(ConfigurationError) {
        for name in sections.keys.sorted() where !Self.sections.contains(name) {
            throw ConfigurationError(
                key: name, problem: "is not a section",
                remedy: "the sections are \(Self.sections.joined(separator: ", "))")
        }
        guard sections["run"] != nil else {
            throw ConfigurationError(
                key: "run", problem: "is missing", remedy: "give at least run.name, run.organs and run.split")
        }
        func read<Section>(
            _ name: String, _ make: ([String: SettingValue]) throws(SettingError) -> Section
        ) throws(ConfigurationError) -> Section {
            try Self.section(name) { () throws(SettingError) in try make(sections[name] ?? [:]) }
        }
        plan = try read("run") { (values) throws(SettingError) in try RunPlan(values) }
        settings = try read("learning") { (values) throws(SettingError) in try LearningSettings(values) }
        grid = try read("grid") { (values) throws(SettingError) in try GridSettings(values) }
        trainer = try read("trainer") { (values) throws(SettingError) in try TrainerSettings(values) }
        daemon = try read("daemon") { (values) throws(SettingError) in try DaemonSettings(values) }
        notify = try read("notify") { (values) throws(SettingError) in try NotifySettings(values) }
        try Self.section("learning") { () throws(SettingError) in try settings.validate(for: plan) }
        try requireFittingTrainer()
    }

    /// An outside program has no confidence head of ours.
    private func requireFittingTrainer() throws(ConfigurationError) {
        guard trainer.command != nil, plan.confidence.hasHead else { return }
        throw ConfigurationError(
            key: "run.confidence",
            problem:
                "is \(plan.confidence.rawValue), which fits a head to the built-in network, and trainer.command is set",
            remedy: "set run.confidence to probability or entropy, or remove trainer.command")
    }

    static let sections = ["run", "learning", "grid", "trainer", "daemon", "notify"]

    /// Takes the plan with the catalogue's keys that `resolve` returns for this one.
    ///
    /// - Throws: as `locating`.
    package mutating func resolvePlan(_ resolve: (RunPlan) async throws -> RunPlan) async throws {
        let plan = plan
        self.plan = try await locating {
            do {
                return try await resolve(plan)
            } catch let error as SettingError {
                throw ConfigurationError(error, section: "run")
            }
        }
    }

    /// - Throws: the errors of the body, with file, key and line where they are about a value of this configuration.
    package func locating<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch {
            throw source?.locating(error) ?? error
        }
    }

    /// The configuration of a run of another name.
    ///
    /// - Throws: `ConfigurationError` for a text that cannot be the name of a run.
    package func withName(_ name: String) throws(ConfigurationError) -> RunConfiguration {
        var copy = self
        copy.plan.name = name
        try Self.section("run") { () throws(SettingError) in try copy.plan.validate() }
        return copy
    }

    /// The configuration with other settings of the daemon, which are not part of what makes a run the same run.
    package func with(daemon settings: DaemonSettings) -> RunConfiguration {
        var copy = self
        copy.daemon = settings
        return copy
    }

    /// The configuration with another device, which is not part of it either.
    package func with(device: DeviceChoice) -> RunConfiguration {
        var copy = self
        copy.settings.device = device
        return copy
    }

    /// The configuration with the times and folders that this machine allows an outside program; the command stays.
    package func with(trainer settings: TrainerSettings) -> RunConfiguration {
        var copy = self
        copy.trainer = settings
        copy.trainer.command = trainer.command
        return copy
    }

    private static func section<Section>(
        _ name: String, _ read: () throws(SettingError) -> Section
    ) throws(ConfigurationError) -> Section {
        do {
            return try read()
        } catch {
            throw ConfigurationError(error, section: name)
        }
    }
}

extension RunConfiguration {
    /// What the catalogue keeps, and what makes a run the same run, as canonical JSON: all sections but `daemon` and `notify`, of `trainer` the
    /// command alone, and without the keys of `learning` that only say where it is computed and how often it is looked at.
    package func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var stored = ["run": plan.values, "learning": settings.identity, "grid": grid.values]
        stored["trainer"] = trainer.values["command"].map { ["command": $0] }
        return String(decoding: try encoder.encode(stored), as: UTF8.self)
    }

    /// A configuration that the catalogue keeps, with a run or a schedule.
    ///
    /// - Throws: `ConfigurationError` for a text that is not an object of sections, and for a key or value that this version does
    ///   not know.
    package init(json: String) throws(ConfigurationError) {
        let sections: [String: [String: SettingValue]]
        do {
            sections = try JSONDecoder().decode([String: [String: SettingValue]].self, from: Data(json.utf8))
        } catch {
            throw ConfigurationError(
                problem: "the stored configuration is not an object of sections",
                remedy: "start a new run, or create the schedule again, from a configuration file")
        }
        try self.init(sections)
    }
}
