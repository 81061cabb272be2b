internal import Console
internal import Documents
internal import Domain
internal import System
internal import Yams

extension DaemonConfiguration {
    /// Reads a configuration file.
    ///
    /// - Throws: `CommandFailure` naming the file, the key, the problem and the remedy.
    init(contentsOf path: String) throws {
        guard let data = try? OpenFile(reading: path).contents() else {
            throw DaemonError.configurationFile(path: path, problem: "the configuration cannot be read")
        }
        do {
            try self.init(yaml: try PlainText([UInt8](data)).text)
        } catch let error as DocumentProblem {
            throw DaemonError.configurationFile(path: path, problem: "\(error)")
        } catch let error as YamlError {
            throw DaemonError.configurationFile(path: path, problem: "the configuration is not YAML: \(error)")
        } catch let error as DaemonError {
            var failure = error.commandFailure
            failure.file = path
            throw failure
        }
    }

    /// - Throws: `YamlError`, `DaemonError.configuration`.
    init(yaml: String) throws {
        let root = try Yams.compose(yaml: yaml)
        if let root, root.null == nil, root.mapping == nil {
            throw DaemonError.configuration(
                key: "the configuration", problem: "is not a mapping",
                remedy: "give the sections \(Self.sections.joined(separator: ", "))")
        }
        var values: [String: [String: SettingValue]] = [:]
        for (key, node) in root?.mapping ?? [:] {
            let name = key.string ?? "?"
            values[name] = try Self.values(of: node, in: name)
        }
        try self.init(values)
    }

    /// The values of a section; a key without a value is not set.
    private static func values(of node: Node, in section: String) throws(DaemonError) -> [String: SettingValue] {
        if node.null != nil { return [:] }
        guard let mapping = node.mapping else {
            throw .configuration(key: section, problem: "is not a mapping", remedy: "give lines of key: value")
        }
        var values: [String: SettingValue] = [:]
        for (key, value) in mapping where value.null == nil {
            guard let name = key.string, let setting = SettingValue(value) else {
                throw .configuration(
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
