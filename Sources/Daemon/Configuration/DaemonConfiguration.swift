internal import Domain
internal import Foundation
internal import Hashing
internal import Learning
internal import Rounds
internal import Yams

/// Everything that `lacunad run --config FILE` reads: the plan of the run, how it learns, and on which grid.
///
/// The file is YAML with the sections `run` (`RunPlan`), `learning` (`LearningSettings`, less what `run` decides), `grid`
/// and `daemon`; only `run` with `name`, `organs` and `split` is required. `lacunad run --defaults` prints all keys.
struct DaemonConfiguration: Sendable {
    var plan: RunPlan
    var settings: LearningSettings
    var grid: GridSettings
    var daemon: DaemonSettings

    /// The configuration as the catalogue keeps it with the run: canonical JSON, equal for equal configurations.
    private(set) var json: String
    private(set) var digest: Digest

    init(plan: RunPlan, learning: [String: SettingValue], grid: GridSettings, daemon: DaemonSettings) throws {
        for key in learning.keys.sorted() where Self.decidedByPlan.contains(key) {
            throw DaemonError.configuration(
                key: "learning.\(key)", problem: "is decided by the run", remedy: "set it in the section run")
        }
        var settings = try Self.told { try LearningSettings(learning) }
        settings.seed = Int(plan.seed)
        settings.rounds = plan.rounds
        settings.initialSteps = plan.stepsInRoundZero
        settings.roundSteps = plan.stepsPerRound
        settings.confidence = plan.confidence == .residual ? .residual : .probability
        settings.confidenceSteps = plan.confidenceSteps
        settings.gammaMaximum = plan.gammaMax
        settings.confidentNegatives = plan.confidentNegatives
        settings.rankingPool = plan.rankingPool == .pooled ? .round : .volume
        settings.runawayRatio = plan.guardRatio
        try Self.told { try settings.validate() }
        try grid.validate()
        try daemon.validate()
        (self.plan, self.settings, self.grid, self.daemon) = (plan, settings, grid, daemon)
        json = try Self.canonicalJSON(plan, settings, grid)
        digest = SHA256.digest(of: Array(json.utf8))
    }

    /// Settings are told by their place in the file.
    private static func told<T>(_ body: () throws -> T) throws -> T {
        do {
            return try body()
        } catch LearningError.invalidSetting(let key, let value, let allowed) {
            throw DaemonError.configuration(
                key: "learning.\(key)", problem: "is \(value)", remedy: "give \(allowed)")
        } catch LearningError.unknownSetting(let key, let known) {
            let nearest = Spelling.nearest(to: key, among: known).map { "learning.\($0)" }
            let offer = nearest.isEmpty ? "" : "did you mean \(nearest.joined(separator: ", "))? "
            throw DaemonError.configuration(
                key: "learning.\(key)", problem: "is no setting", remedy: offer + "lacunad run --defaults lists them")
        }
    }

    /// Sets the organs, and what is merged into them, by their keys in place of whatever spellings the file has.
    mutating func setOrgans(_ keys: [OrganKey], merge: [OrganKey: [OrganKey]]) throws {
        plan.organs = keys.map(\.rawValue)
        plan.merge = Dictionary(
            uniqueKeysWithValues: merge.map { organ, accepted in (organ.rawValue, accepted.map(\.rawValue)) })
        try plan.validate()
        json = try Self.canonicalJSON(plan, settings, grid)
        digest = SHA256.digest(of: Array(json.utf8))
    }

    /// Settings of `LearningSettings` that follow from the plan.
    static let decidedByPlan: Set<String> = [
        "seed", "rounds", "initialSteps", "roundSteps", "confidence", "confidenceSteps", "gammaMaximum",
        "confidentNegatives", "rankingPool", "runawayRatio",
    ]

    private static func canonicalJSON(
        _ plan: RunPlan, _ settings: LearningSettings, _ grid: GridSettings
    ) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var learning: [String: String] = [:]
        for key in LearningSettings.keys { learning[key.name] = key.read(settings).description }
        let stored = StoredConfiguration(run: plan, modalities: plan.modalities, learning: learning, grid: grid)
        return String(decoding: try encoder.encode(stored), as: UTF8.self)
    }
}

private struct StoredConfiguration: Encodable {
    let run: RunPlan
    let modalities: [String]
    let learning: [String: String]
    let grid: GridSettings
}

/// The grid on which a run learns.
struct GridSettings: Sendable, Hashable, Codable {
    /// Millimetres along x, y, z; nil: each volume's own.
    var spacing: [Double]?

    static let own = GridSettings(spacing: nil)

    func validate() throws {
        guard let spacing else { return }
        guard spacing.count == 3, spacing.allSatisfy({ $0 >= 0.1 && $0 <= 20 }) else {
            throw DaemonError.configuration(
                key: "grid.spacing", problem: "is no spacing", remedy: "give three numbers from 0.1 to 20 (millimetres)"
            )
        }
    }
}

/// How the daemon itself behaves; not part of what makes a run the same run.
struct DaemonSettings: Sendable, Hashable, Codable {
    /// Seconds that a claim stands without a heartbeat.
    var leaseSeconds = 60.0
    /// Folder of the local training cache; nil: `cache` beside the objects.
    var cache: String?

    static let defaults = DaemonSettings()

    func validate() throws {
        guard leaseSeconds >= 1, leaseSeconds <= 86_400 else {
            throw DaemonError.configuration(
                key: "daemon.leaseSeconds", problem: "is out of range", remedy: "give 1 to 86400 seconds")
        }
    }
}
