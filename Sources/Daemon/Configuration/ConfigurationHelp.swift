internal import Console
internal import Domain
internal import Learning
internal import Plans
internal import Rounds

/// Every key of a configuration with its type, default and limits, for `lacunad run --defaults`.
enum ConfigurationHelp {
    private struct Entry {
        let key, type, standard, limits, purpose: String
    }

    static func report(_ output: Output) {
        let columns: [Column<Entry>] = [
            Column("key") { $0.key }, Column("type", in: .whereItFits(rank: 1)) { $0.type },
            Column("default") { $0.standard },
            Column("limits", in: .whereItFits()) { $0.limits }, Column("purpose") { $0.purpose },
        ]
        output.report(
            entries("run", RunPlan(name: "", organs: [], split: "")) + entries("learning", LearningSettings())
                + entries("grid", GridSettings()) + entries("trainer", TrainerSettings())
                + entries("daemon", DaemonSettings())
                + entries("notify", NotifySettings()),
            columns)
    }

    private static func entries<Section: SettingSection>(_ name: String, _ defaults: Section) -> [Entry] {
        Section.keys.map { key in
            Entry(
                key: "\(name).\(key.name)", type: key.type,
                standard: key.isRequired ? "required" : key.read(defaults).map(short) ?? "not set", limits: key.limits,
                purpose: key.purpose)
        }
    }

    /// A value with at most three decimals.
    private static func short(_ value: SettingValue) -> String {
        switch value {
        case .list(let values): "[" + values.map(short).joined(separator: ", ") + "]"
        case .number(let number) where number != number.rounded():
            value.description.count > 6 ? Console.Decimal.fixed(number, places: 3) : value.description
        default: value.description
        }
    }
}
