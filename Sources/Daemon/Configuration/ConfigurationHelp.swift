internal import Console
internal import Foundation
internal import Learning
internal import Rounds

/// Every key of a configuration with its default, for `lacunad run --defaults`.
enum ConfigurationHelp {
    private struct Entry {
        let key, value, allowed, purpose: String
    }

    static func report(_ output: Output) {
        let columns: [Column<Entry>] = [
            Column("key") { $0.key }, Column("default") { $0.value }, Column("allowed") { $0.allowed },
            Column("purpose") { $0.purpose },
        ]
        output.report(planEntries + learningEntries + otherEntries, columns)
    }

    private static var learningEntries: [Entry] {
        let defaults = LearningSettings()
        return LearningSettings.keys.filter { !DaemonConfiguration.decidedByPlan.contains($0.name) }.map {
            Entry(
                key: "learning.\($0.name)", value: $0.read(defaults).description, allowed: $0.allowed,
                purpose: $0.purpose)
        }
    }

    private static let otherEntries = [
        Entry(
            key: "grid.spacing", value: "each volume's own", allowed: "three numbers from 0.1 to 20",
            purpose: "millimetres along x, y, z of the grid that the run learns on"),
        Entry(
            key: "daemon.leaseSeconds", value: "60", allowed: "1 to 86400",
            purpose: "seconds that a claim stands without a heartbeat"),
        Entry(
            key: "daemon.cache", value: "LACUNA_HOME/cache", allowed: "a folder",
            purpose: "where images are kept as raw voxels; may be deleted"),
    ]

    /// The plan's keys with the defaults that its own encoding gives.
    private static var planEntries: [Entry] {
        let plan = RunPlan(name: "NAME", organs: ["ORGAN"], split: "SPLIT")
        guard let data = try? JSONEncoder().encode(plan),
            let object = try? JSONDecoder().decode([String: PlanValue].self, from: data)
        else { preconditionFailure("a plan encodes as an object") }
        return planPurposes.map { key, allowed, purpose in
            let value =
                object[key].map { ["name", "organs", "split"].contains(key) ? "required" : $0.text } ?? "none"
            return Entry(key: "run.\(key)", value: value, allowed: allowed, purpose: purpose)
        }
    }

    private static let planPurposes: [(key: String, allowed: String, purpose: String)] = [
        ("name", "letters, digits, - _ .", "the run; starting it again goes on with it"),
        ("organs", "organ keys or other spellings", "what to learn"),
        (
            "merge", "an organ: [organs of its kind]",
            "what counts as an organ: in each volume the first of the list that is known; else the organ alone"
        ),
        ("split", "a split", "whose parts train, confidence and validation are used; never test"),
        ("seed", "0 to 2^63-1", "all randomness of the run"),
        ("rounds", "0 to 100", "relabellings; 0 trains once and publishes nothing"),
        ("gammas", "rounds values up to gammaMax", "share of the ranked positives that is believed, by relabelling"),
        ("gammaMax", "above 0 to 1", "ceiling of gammas"),
        ("stepsInRoundZero", "at least 1", "optimiser steps before the first relabelling"),
        ("stepsPerRound", "at least 1", "optimiser steps of each later round"),
        ("confidence", "residual, probability", "what ranks predicted voxels"),
        ("confidenceSteps", "at least 1", "optimiser steps of the confidence head"),
        ("rankingPool", "volume, pooled", "among which voxels an organ's share is taken"),
        ("confidentNegatives", "rounds values from 0 to below 1", "share of predicted negatives that becomes known"),
        ("guardRatio", "above 1 to 100", "an organ predicted so many times too large or small is not relabelled"),
        ("minimumAnnotatedVolumes", "at least 1", "fewer annotated training volumes: not relabelled"),
        ("knownOrigins", "expert, assisted, reviewed", "annotations that count as known"),
        ("modalities", "CT, MR", "volumes taken"),
        ("trainsOnUnassigned", "true, false", "train on subjects in no part of the split"),
    ]
}

/// A value of a plan as its encoding has it.
private enum PlanValue: Decodable {
    case flag(Bool)
    case number(Double)
    case word(String)
    case list([PlanValue])
    case map([String: PlanValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let word = try? container.decode(String.self) {
            self = .word(word)
        } else if let list = try? container.decode([PlanValue].self) {
            self = .list(list)
        } else {
            self = .map(try container.decode([String: PlanValue].self))
        }
    }

    var text: String {
        switch self {
        case .flag(let flag): String(flag)
        case .number(let number): Console.Decimal.fixed(number, places: number == number.rounded() ? 0 : 3)
        case .word(let word): word
        case .map(let values):
            "{" + values.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.text)" }.joined(separator: ", ") + "}"
        case .list(let values): "[" + values.map(\.text).joined(separator: ", ") + "]"
        }
    }
}
