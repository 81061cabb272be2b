internal import Console
internal import Domain
internal import Workflows

/// A plan as a configuration file, with the reasons as comments.
struct PlanDocument {
    private static let width = 100

    private let plan: DataPlan
    private let heading: String

    /// - Parameter heading: says what made the plan, of what.
    init(_ plan: DataPlan, heading: String) { (self.plan, self.heading) = (plan, heading) }

    /// YAML that `lacunad run --config` takes.
    var text: String {
        var lines = Self.comment(heading, indent: "")
        var section = ""
        for entry in plan.entries {
            if entry.section != section {
                section = entry.section
                lines.append("\(section):")
            }
            lines += Self.comment(entry.reason, indent: "  ")
            lines.append("  \(entry.key): \(Self.yaml(entry.value))")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Lines of at most `width` columns.
    private static func comment(_ text: String, indent: String) -> [String] {
        var (lines, line) = ([String](), "\(indent)#")
        for word in text.split(separator: " ") {
            if line.count + 1 + word.count > width, line.count > indent.count + 1 {
                lines.append(line)
                line = "\(indent)#"
            }
            line += " \(word)"
        }
        return lines + [line]
    }

    private static func yaml(_ value: SettingValue) -> String {
        switch value {
        case .text(let text): quoted(text)
        case .list(let values): "[" + values.map(yaml).joined(separator: ", ") + "]"
        default: value.description
        }
    }

    /// Names of splits may be anything that YAML takes for a number, a null or a comment.
    private static func quoted(_ text: String) -> String {
        let words = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"]
        let isPlain =
            text.first?.isLetter ?? false
            && text.utf8.allSatisfy { byte in
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                    || "_-.".utf8.contains(byte)
            } && !words.contains(text.lowercased())
        let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return isPlain ? text : "\"\(escaped)\""
    }
}
