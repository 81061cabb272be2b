internal import Console
internal import Foundation
internal import Learning
internal import Rounds
internal import Yams

extension DaemonConfiguration {
    /// Reads a configuration file.
    ///
    /// - Throws: `CommandFailure` naming the file, the key, the problem and the remedy.
    init(contentsOf path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw DaemonError.configurationFile(path: path, problem: "it cannot be read")
        }
        do {
            try self.init(yaml: String(decoding: data, as: UTF8.self))
        } catch let error as YamlError {
            throw DaemonError.configurationFile(path: path, problem: "it is no YAML: \(error)")
        } catch let error as any CommandFailing {
            var failure = error.commandFailure
            failure.file = path
            failure.remedy = failure.remedy ?? "lacunad run --defaults lists every key with what it allows"
            throw failure
        }
    }

    init(yaml: String) throws {
        guard let root = try Yams.compose(yaml: yaml)?.mapping else {
            throw DaemonError.configuration(
                key: "run", problem: "is missing", remedy: "give at least run.name, run.organs and run.split")
        }
        let sections = ["run", "learning", "grid", "daemon"]
        for key in root.keys where !sections.contains(key.string ?? "") {
            throw DaemonError.configuration(
                key: key.string ?? "?", problem: "is no section",
                remedy: "there are \(sections.joined(separator: ", "))")
        }
        guard let run = root["run"] else {
            throw DaemonError.configuration(
                key: "run", problem: "is missing", remedy: "give at least run.name, run.organs and run.split")
        }
        try self.init(
            plan: try Self.section("run", run), learning: try Self.learning(root["learning"]),
            grid: try root["grid"].map { try Self.checked("grid", $0, known: ["spacing"]) } ?? .own,
            daemon: try root["daemon"].map { try Self.daemonSection($0) } ?? .defaults)
    }

    private static func section<T: Decodable>(_ name: String, _ node: Node) throws -> T {
        do {
            return try YAMLDecoder().decode(T.self, from: Yams.serialize(node: node))
        } catch let error as RoundsError {
            throw error
        } catch let error as DecodingError {
            // The decoder wraps what a type's own decoding throws.
            if case .dataCorrupted(let context) = error, let refused = context.underlyingError as? RoundsError {
                throw refused
            }
            throw DaemonError.configuration(
                key: name, problem: error.keyAndProblem, remedy: "see lacunad run --defaults")
        }
    }

    private static func checked<T: Decodable>(_ name: String, _ node: Node, known: [String]) throws -> T {
        for key in node.mapping?.keys.compactMap(\.string) ?? [] where !known.contains(key) {
            throw DaemonError.configuration(
                key: "\(name).\(key)", problem: "is no setting", remedy: "there are \(known.joined(separator: ", "))")
        }
        return try section(name, node)
    }

    /// What is not given keeps its default.
    private static func daemonSection(_ node: Node) throws -> DaemonSettings {
        struct Given: Decodable {
            let leaseSeconds: Double?
            let cache: String?
        }
        let given: Given = try checked("daemon", node, known: ["leaseSeconds", "cache"])
        var settings = DaemonSettings.defaults
        if let lease = given.leaseSeconds { settings.leaseSeconds = lease }
        settings.cache = given.cache
        return settings
    }

    private static func learning(_ node: Node?) throws -> [String: SettingValue] {
        guard let node else { return [:] }
        guard let mapping = node.mapping else {
            throw DaemonError.configuration(key: "learning", problem: "is no mapping", remedy: "give key: value pairs")
        }
        var values: [String: SettingValue] = [:]
        for (key, value) in mapping {
            guard let name = key.string, let setting = SettingValue(value) else {
                throw DaemonError.configuration(
                    key: "learning.\(key.string ?? "?")", problem: "has a value of no known kind",
                    remedy: "give a number, a word, true or false, or a list of numbers")
            }
            values[name] = setting
        }
        return values
    }
}

extension SettingValue {
    fileprivate init?(_ node: Node) {
        if let sequence = node.sequence {
            let numbers = sequence.compactMap { $0.float }
            guard numbers.count == sequence.count else { return nil }
            self = .list(numbers)
        } else if let value = node.int {
            self = .integer(value)
        } else if let value = node.float {
            self = .number(value)
        } else if let value = node.bool {
            self = .flag(value)
        } else if let value = node.string {
            self = .text(value)
        } else {
            return nil
        }
    }
}

extension DecodingError {
    /// The key's path and what is wrong with it.
    fileprivate var keyAndProblem: String {
        func path(_ keys: [any CodingKey]) -> String { keys.map(\.stringValue).joined(separator: ".") }
        return switch self {
        case .keyNotFound(let key, let context): "\(path(context.codingPath + [key])) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            "\(path(context.codingPath)): \(context.debugDescription)"
        @unknown default: "does not read"
        }
    }
}
