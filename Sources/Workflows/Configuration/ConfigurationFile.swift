internal import Documents
internal import Domain
internal import System
internal import Yams

extension RunConfiguration {
    /// Reads a configuration file.
    ///
    /// - Throws: `ConfigurationError` naming the file, the key, the problem and the remedy.
    package init(contentsOf path: String) throws(ConfigurationError) {
        do {
            try self.init(try ConfigurationFile.sections(contentsOf: path))
        } catch {
            throw error.naming(path)
        }
    }
}

/// A YAML file of sections, each with values by key.
enum ConfigurationFile {
    /// - Throws: `ConfigurationError` for a file that cannot be read, is not YAML, or is not a mapping of sections.
    static func sections(contentsOf path: String) throws(ConfigurationError) -> [String: [String: SettingValue]] {
        guard let data = try? OpenFile(reading: path).contents() else {
            throw ConfigurationError(unreadable: path, problem: "the configuration cannot be read")
        }
        do {
            return try sections(yaml: try PlainText([UInt8](data)).text)
        } catch let error as DocumentProblem {
            throw ConfigurationError(unreadable: path, problem: "\(error)")
        } catch let error as ConfigurationError {
            throw error
        } catch {
            throw ConfigurationError(unreadable: path, problem: "the configuration is not YAML: \(error)")
        }
    }

    /// - Throws: `YamlError`, `ConfigurationError`.
    private static func sections(yaml: String) throws -> [String: [String: SettingValue]] {
        let root = try Yams.compose(yaml: yaml)
        if let root, root.null == nil, root.mapping == nil {
            throw ConfigurationError(
                key: "the configuration", problem: "is not a mapping",
                remedy: "give the sections \(RunConfiguration.sections.joined(separator: ", "))")
        }
        var values: [String: [String: SettingValue]] = [:]
        for (key, node) in root?.mapping ?? [:] {
            let name = key.string ?? "?"
            values[name] = try Self.values(of: node, in: name)
        }
        return values
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
