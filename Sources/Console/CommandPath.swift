internal import ArgumentParser
internal import Domain

/// The noun and the verb at the beginning of a command line, up to the first option.
struct CommandPath {
    private let words: [String]
    private let root: any ParsableCommand.Type
    private let program: String

    init(_ arguments: [String], _ root: any ParsableCommand.Type, program: String) {
        words = Array(arguments.prefix { !$0.hasPrefix("-") })
        (self.root, self.program) = (root, program)
    }

    /// Refuses an unknown noun or verb, which the parser would report as an unexpected argument.
    ///
    /// - Returns: the command, and its noun and verb, separated by a space.
    /// - Throws: a failure of usage that names the most similar commands.
    func check() throws -> (type: any ParsableCommand.Type, path: String) {
        var command = root
        var path: [String] = []
        for word in words {
            let known: [any ParsableCommand.Type] = command.configuration.subcommands
            guard !known.isEmpty, word != "help" else { break }
            guard let next = known.first(where: { Self.names(of: $0).contains(word) }) else {
                let spelling = ([program] + path).joined(separator: " ")
                throw Self.unknown(word, spelling, known.flatMap { Self.names(of: $0) })
            }
            command = next
            path.append(word)
        }
        return (command, path.joined(separator: " "))
    }

    private static func names(of command: any ParsableCommand.Type) -> [String] {
        let configuration = command.configuration
        return (configuration.commandName.map { [$0] } ?? []) + configuration.aliases
    }

    private static func unknown(_ word: String, _ path: String, _ known: [String]) -> CommandFailure {
        let nearest = Spelling.nearest(to: word, among: known)
        let offer =
            nearest.isEmpty
            ? "available: \(known.sorted().joined(separator: ", "))"
            : "did you mean \(nearest.joined(separator: ", "))?"
        return CommandFailure(.usage, "unknown command: \(path) \(word)", remedy: "\(offer); see \(path) --help")
    }
}
