internal import Documents
internal import Domain
internal import System
internal import Yams

extension RunConfiguration {
    /// Reads a configuration file.
    ///
    /// - Throws: `ConfigurationError` naming the file, the line, the key, the problem and the remedy; also for a key without effect.
    package init(contentsOf path: String) throws(ConfigurationError) {
        let file = try ConfigurationFile(contentsOf: path)
        do throws(ConfigurationError) {
            try self.init(file.sections)
            source = file.source
            if let ineffective = IneffectiveKey.first(in: file.sections, of: self) {
                throw ConfigurationError(
                    key: ineffective.key, problem: "has no effect, because \(ineffective.cause)",
                    remedy: "remove \(ineffective.key), or change \(ineffective.others.joined(separator: " or "))")
            }
        } catch {
            throw error.naming(file.source)
        }
    }
}

/// A YAML file of sections, each with values by key.
struct ConfigurationFile {
    private let path: String
    private(set) var sections: [String: [String: SettingValue]] = [:]
    private var lines: [String: Int] = [:]

    var source: ConfigurationSource { ConfigurationSource(file: path, lines: lines) }

    /// - Throws: `ConfigurationError` naming the file, which cannot be read, is not YAML, or is not a mapping of sections.
    init(contentsOf path: String) throws(ConfigurationError) {
        self.path = path
        guard let data = try? OpenFile(reading: path).contents() else {
            throw ConfigurationError(unreadable: path, problem: "the configuration cannot be read")
        }
        do {
            try read(try PlainText([UInt8](data)).text)
        } catch let error as DocumentProblem {
            throw ConfigurationError(unreadable: path, problem: "\(error)")
        } catch let error as ConfigurationError {
            throw error.naming(source)
        } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
            throw ConfigurationError(
                file: path,
                problem:
                    "line \(context.mark.line): \(keys.sorted().joined(separator: ", ")) is given twice in one section",
                remedy: "keep one line of each key")
        } catch let error as YamlError {
            throw ConfigurationError(unreadable: path, problem: "the configuration is not YAML: \(error.brief)")
        } catch {
            throw ConfigurationError(unreadable: path, problem: "the configuration is not YAML: \(error)")
        }
    }

    /// - Throws: `YamlError`, `ConfigurationError`.
    private mutating func read(_ yaml: String) throws {
        let root = try Yams.compose(yaml: yaml)
        if let root, root.null == nil, root.mapping == nil {
            throw ConfigurationError(
                key: "the configuration", problem: "is not a mapping",
                remedy: "give the sections \(RunConfiguration.sections.joined(separator: ", "))")
        }
        for (key, node) in root?.mapping ?? [:] {
            let name = key.string ?? "?"
            lines[name] = key.mark?.line
            for (inner, _) in node.mapping ?? [:] {
                if let innerName = inner.string { lines["\(name).\(innerName)"] = inner.mark?.line }
            }
            sections[name] = try Self.values(of: node, in: name)
        }
    }

    /// The values of a section; a key without a value is not set.
    private static func values(of node: Node, in section: String) throws(ConfigurationError) -> [String: SettingValue] {
        if node.null != nil { return [:] }
        guard let mapping = node.mapping else {
            throw ConfigurationError(key: section, problem: "is not a mapping", remedy: "give lines of key: value")
        }
        var values: [String: SettingValue] = [:]
        for (key, value) in mapping where value.null == nil {
            guard let name = key.string, let setting = SettingValue(value) else {
                throw ConfigurationError(
                    key: "\(section).\(key.string ?? "?")", problem: "has a key that is not text",
                    remedy: "lacunad run --defaults lists all keys")
            }
            values[name] = setting
        }
        return values
    }
}

extension YamlError {
    /// Without the text of the file, which a parser quotes.
    fileprivate var brief: String {
        switch self {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            "line \(mark.line): \(problem)"
        default: "\(self)"
        }
    }
}

extension SettingValue {
    /// Scalars as text. Nil for a mapping with a key that is not text.
    fileprivate init?(_ node: Node) {
        if let sequence = node.sequence {
            let values = sequence.compactMap { SettingValue($0) }
            guard values.count == sequence.count else { return nil }
            self = .list(values)
        } else if let mapping = node.mapping {
            var members: [String: SettingValue] = [:]
            for (key, value) in mapping {
                guard let name = key.string, let member = SettingValue(value) else { return nil }
                members[name] = member
            }
            self = .map(members)
        } else if let text = node.string {
            self = .text(text)
        } else {
            return nil
        }
    }
}
