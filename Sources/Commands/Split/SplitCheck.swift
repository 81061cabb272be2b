internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct SplitCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Look for scans that may be in two parts, and for unassigned subjects.",
        discussion: """
            The database keeps a subject from being in two parts. What it cannot know is that two subjects are one: pairs \
            of volumes that look alike and lie in different parts are listed here, and make the exit status 5.
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name the split.")
    var name: String

    func run() async throws {
        let leaks = try await Session.with(options) { session in
            guard try await session.catalog.splits().contains(where: { $0.split == name }) else {
                throw CatalogError.unknownSplit(name)
            }
            let subjects = try await session.catalog.subjectList()
            let parts = Self.parts(of: subjects, split: name)
            let leaks = try await session.catalog.proposedDuplicates().compactMap { Leak($0, parts) }
            session.output.report(leaks, Leak.columns)
            let unassigned = subjects.count - parts.count
            session.output.note("\(parts.count) subjects are assigned, \(unassigned) are not.")
            if leaks.isEmpty { session.output.note("No two volumes that look alike lie in different parts.") }
            return leaks
        }
        if !leaks.isEmpty { throw ExitCode(ExitStatus.conflict.rawValue) }
    }

    /// Part by subject's name.
    private static func parts(of subjects: [SubjectRow], split: String) -> [String: String] {
        var parts: [String: String] = [:]
        for subject in subjects {
            let own = subject.parts.first { $0.hasPrefix(split + "/") }
            if let own { parts[subject.name] = String(own.dropFirst(split.count + 1)) }
        }
        return parts
    }
}

/// Two volumes that look alike in different parts.
private struct Leak {
    let pair: DuplicateRow
    let firstPart: String
    let secondPart: String

    init?(_ pair: DuplicateRow, _ parts: [String: String]) {
        guard let first = parts[pair.firstSubject], let second = parts[pair.secondSubject], first != second else {
            return nil
        }
        (self.pair, firstPart, secondPart) = (pair, first, second)
    }

    static var columns: [Column<Leak>] {
        [
            Column("first") { $0.pair.first.rawValue }, Column("firstPart", title: "part") { $0.firstPart },
            Column("second") { $0.pair.second.rawValue }, Column("secondPart", title: "part") { $0.secondPart },
            Column("kind") { $0.pair.kind.rawValue },
        ]
    }
}
