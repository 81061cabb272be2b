import Foundation
import TestSupport
import Testing

/// The output of `--help` of every command.
@Suite struct HelpTests {
    /// Columns of a terminal; lines leave the last one free.
    private static let columns = 80

    private func help(_ path: [String], _ folder: String) async throws -> [String] {
        let program = try RunningProgram("lacuna", path + ["--help"], environment: ["LACUNA_HOME": folder])
        let ending = await program.end()
        #expect(ending.status == 0, "\(path)")
        return ending.output.components(separatedBy: "\n")
    }

    /// The names under SUBCOMMANDS, indented by two columns.
    private func commands(_ help: [String]) -> [String] {
        help.drop { $0 != "SUBCOMMANDS:" }.dropFirst().prefix { !$0.isEmpty }
            .filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }
            .map { String($0.dropFirst(2).prefix { $0 != " " }) }
    }

    private func calls(_ command: String, in example: [String]) -> Bool {
        example.contains { $0.hasPrefix("  $ lacuna \(command)") }
    }

    /// Lines that end although the next word would fit: line breaks of the source, which are visible in narrower terminals.
    private func ragged(_ help: [String]) -> [String] {
        let text = Array(help.prefix { !$0.hasPrefix("USAGE:") })
        return zip(text, text.dropFirst()).compactMap { line, next in
            guard !line.isEmpty, let word = next.split(separator: " ").first, !next.hasPrefix(" ") else { return nil }
            return line.count + 1 + word.count < Self.columns ? line : nil
        }
    }

    @Test func paragraphsFillTheirLines() async throws {
        try await withTemporaryFolder { folder in
            var paths: [[String]] = [[]]
            var seen = 0
            while let path = paths.popLast() {
                let help = try await help(path, folder)
                #expect(ragged(help) == [], "\(path.joined(separator: " "))")
                paths += commands(help).map { path + [$0] }
                seen += 1
            }
            #expect(seen > 50, "every noun and verb is checked")
        }
    }

    /// Option names with the placeholders of their values.
    private func placeholders(_ help: [String]) -> [(option: String, value: String)] {
        help.compactMap { line in
            guard let option = line.firstMatch(of: /^  (?:-\w, )?--([a-z0-9-]+) <([^>]+)>/) else { return nil }
            return (String(option.1), String(option.2))
        }
    }

    /// Options named by the noun of their value.
    private static let nouns: Set = [
        "dataset", "organ", "organs", "run", "split", "volume", "release", "part", "name", "layout", "modality",
        "origin", "method", "plan", "purpose", "kind", "state", "status", "order",
    ]

    @Test func usageFitsTheTerminalAndPlaceholdersNameTheValue() async throws {
        try await withTemporaryFolder { folder in
            var paths: [[String]] = [[]]
            while let path = paths.popLast() {
                let help = try await help(path, folder)
                paths += commands(help).map { path + [$0] }
                let (command, usage) = (path.joined(separator: " "), help.first { $0.hasPrefix("USAGE:") } ?? "")
                #expect(usage.count <= Self.columns && !usage.contains("[-"), "\(usage)")
                let repeated = placeholders(help).filter { $0.option == $0.value && !Self.nouns.contains($0.option) }
                #expect(repeated.map(\.option) == [], "\(command)")
                let wide = help.filter { $0.count > Self.columns }
                #expect(wide == [], "\(command)")
                let text = help.joined(separator: " ")
                #expect(!text.contains("Default:") && !text.contains("Repeatable. Repeatable"), "\(command)")
                #expect(
                    text.firstMatch(of: /\(default: [^)]*\)\./) == nil, "a default before the full stop: \(command)")
            }
        }
    }

    @Test func everyCommandShowsAnExampleWithItsOutput() async throws {
        try await withTemporaryFolder { folder in
            var paths: [[String]] = [[]]
            while let path = paths.popLast() {
                let help = try await help(path, folder)
                let verbs = commands(help)
                paths += verbs.map { path + [$0] }
                if !verbs.isEmpty { continue }
                let example = Array(help.drop { $0 != "EXAMPLE:" }.dropFirst().prefix { !$0.isEmpty })
                let command = path.joined(separator: " ")
                #expect(calls(command, in: example), "\(command)")
                #expect(example.count > 1, "the output of \(command)")
            }
        }
    }
}
