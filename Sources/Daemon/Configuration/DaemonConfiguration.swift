internal import Domain
internal import Foundation
internal import Hashing
internal import Learning
internal import Rounds

/// A configuration file: the plan of the run, how its networks learn, on which grid, and how the daemon behaves.
///
/// The file is YAML with the sections `run` (`RunPlan`), `learning` (`LearningSettings`), `grid` and `daemon`; only `run` is
/// required. `lacunad run --defaults` prints all keys.
struct DaemonConfiguration: Sendable {
    private(set) var plan: RunPlan
    let settings: LearningSettings
    let grid: GridSettings
    let daemon: DaemonSettings

    /// - Parameter sections: values by section and key.
    /// - Throws: `DaemonError.configuration` naming the section and the key.
    init(_ sections: [String: [String: SettingValue]]) throws(DaemonError) {
        for name in sections.keys.sorted() where !Self.sections.contains(name) {
            throw .configuration(
                key: name, problem: "is not a section",
                remedy: "the sections are \(Self.sections.joined(separator: ", "))")
        }
        guard sections["run"] != nil else {
            throw .configuration(
                key: "run", problem: "is missing", remedy: "give at least run.name, run.organs and run.split")
        }
        func read<Section>(
            _ name: String, _ make: ([String: SettingValue]) throws(SettingError) -> Section
        ) throws(DaemonError) -> Section {
            try Self.section(name) { () throws(SettingError) in try make(sections[name] ?? [:]) }
        }
        plan = try read("run") { (values) throws(SettingError) in try RunPlan(values) }
        settings = try read("learning") { (values) throws(SettingError) in try LearningSettings(values) }
        grid = try read("grid") { (values) throws(SettingError) in try GridSettings(values) }
        daemon = try read("daemon") { (values) throws(SettingError) in try DaemonSettings(values) }
    }

    static let sections = ["run", "learning", "grid", "daemon"]

    /// Takes the plan with the catalogue's keys that `resolve` returns for this one.
    mutating func resolvePlan(_ resolve: (RunPlan) async throws -> RunPlan) async throws {
        do {
            plan = try await resolve(plan)
        } catch let error as SettingError {
            throw DaemonError(error, section: "run")
        }
    }

    /// What makes a run the same run, as canonical JSON: all sections but `daemon`.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let stored = StoredConfiguration(
            run: plan.values, learning: settings.values, grid: grid.values)
        return String(decoding: try encoder.encode(stored), as: UTF8.self)
    }

    private static func section<Section>(
        _ name: String, _ read: () throws(SettingError) -> Section
    ) throws(DaemonError) -> Section {
        do {
            return try read()
        } catch {
            throw DaemonError(error, section: name)
        }
    }
}

private struct StoredConfiguration: Encodable {
    let run: [String: SettingValue]
    let learning: [String: SettingValue]
    let grid: [String: SettingValue]
}

extension DaemonError {
    /// The error of a section by the full name of its key.
    init(_ error: SettingError, section: String) {
        switch error {
        case .unknown(let key, let known):
            let nearest = Spelling.nearest(to: key, among: known).map { "\(section).\($0)" }
            let offer = nearest.isEmpty ? "" : "did you mean \(nearest.joined(separator: ", "))? "
            self = .configuration(
                key: "\(section).\(key)", problem: "is not a key",
                remedy: offer + "lacunad run --defaults lists all keys")
        case .missing(let key, let limits):
            self = .configuration(key: "\(section).\(key)", problem: "is missing", remedy: "give \(limits)")
        case .invalid(let key, let value, let limits):
            self = .configuration(key: "\(section).\(key)", problem: "is \(value)", remedy: "give \(limits)")
        }
    }
}
