internal import ArgumentParser
internal import Documents

/// Options that take one value and are given several times, of which the parser would take the last without a word.
struct RepeatedOptions {
    private let arguments: [String]

    init(_ arguments: [String]) { self.arguments = arguments }

    /// Refuses such an option. Asks the parser about the command only where an option occurs twice.
    ///
    /// - Parameters:
    ///   - command: the command that the arguments name, and its noun and verb.
    ///   - program: its name begins the remedy.
    /// - Throws: a failure of usage that names the option.
    func check(_ command: (type: any ParsableCommand.Type, path: String), program: String) throws {
        var counts: [String: Int] = [:]
        for argument in arguments.prefix(while: { $0 != "--" }) where argument.hasPrefix("--") {
            counts[String(argument.dropFirst(2).prefix { $0 != "=" }), default: 0] += 1
        }
        let repeated = counts.filter { $0.value > 1 }
        guard !repeated.isEmpty else { return }
        let single = Self.singleOptions(of: command.type)
        guard let (name, count) = repeated.filter({ single.contains($0.key) }).min(by: { $0.key < $1.key }) else {
            return
        }
        throw CommandFailure(
            .usage, "--\(name) is given \(count) times, and takes one value",
            remedy: "give it once; \(program) \(command.path) --help names the options that are repeatable")
    }

    /// The long names of the options of a command that take one value, by the parser's own description.
    private static func singleOptions(of command: any ParsableCommand.Type) -> Set<String> {
        do {
            _ = try command.parseAsRoot(["--experimental-dump-help"])
            return []
        } catch {
            let text = command.fullMessage(for: error)
            guard let description = try? JSONDocument(Array(text.utf8)).decode(Description.self) else { return [] }
            let options = description.command.arguments.filter { $0.kind == "option" && !$0.isRepeating }
            return Set(options.flatMap { $0.names ?? [] }.filter { $0.kind == "long" }.map(\.name))
        }
    }

    /// The keys that are read.
    private struct Description: Decodable {
        let command: Command

        struct Command: Decodable { let arguments: [Argument] }

        struct Argument: Decodable {
            let kind: String
            let isRepeating: Bool
            let names: [Name]?
        }

        struct Name: Decodable {
            let kind: String
            let name: String
        }
    }
}
