internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct CoverageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coverage", abstract: "Count per organ what is annotated, absent, pseudo and unlabelled.",
        discussion: """
            Annotated, absent, pseudo and unlabelled add up to the volumes. With --by dataset: what is known in the \
            volumes of each dataset, whoever said it.
            """)

    enum Grouping: String, CaseIterable, ExpressibleByArgument { case organ, dataset, split, round }

    @OptionGroup var options: GlobalOptions

    @Option(help: "Break the counts down by organ, dataset, split or round.")
    var by: Grouping = .organ

    @Option(
        name: .customLong("organ"),
        help: "Count only this organ, by its key or another spelling; say it again for more.")
    var organs: [String] = []

    @Option(parsing: .unconditional, help: "Count the labels as of this revision (by organ or dataset).")
    var asOf: Int64?

    func validate() throws {
        if asOf != nil && by != .organ && by != .dataset {
            throw ValidationError("--as-of goes with --by organ and --by dataset only.")
        }
    }

    func run() async throws {
        let grouping = CoverageGrouping(rawValue: by.rawValue) ?? .organ
        try await Session.with(options) { session in
            var rows = try await session.catalog.coverage(by: grouping, asOf: asOf.map(Revision.init))
            let (all, wanted) = (rows, try await session.catalog.organs(named: organs))
            if !wanted.isEmpty { rows = rows.filter { wanted.contains($0.organ) } }
            let ontology = wanted.isEmpty ? nil : try await session.catalog.ontology()
            for organ in wanted where !rows.contains(where: { $0.organ == organ }) {
                session.output.note(Self.note(missing: organ, among: Set(all.map(\.organ)), grouping, ontology))
            }
            guard session.output.format == .table else {
                return session.output.report(rows, Coverage.columns(by: grouping))
            }
            let shown = grouping == .organ ? rows : rows.filter(\.isLookedAt)
            session.output.report(shown, Coverage.columns(by: grouping))
            note(rows, hidden: rows.count - shown.count, grouping, session.output)
        }
    }

    private func note(_ rows: [Coverage], hidden: Int, _ grouping: CoverageGrouping, _ output: Output) {
        if rows.isEmpty {
            return organs.isEmpty ? output.note(Self.nothing(grouping)) : ()
        }
        if hidden > 0 {
            output.note(
                "\n\(hidden) \(hidden == 1 ? "row is" : "rows are") not shown: nobody looked for the organ there. "
                    + "--json and --csv have all.")
        }
        if grouping == .organ {
            noteIncomplete(rows, output)
            noteMerged(rows, output)
        }
    }

    private func noteMerged(_ rows: [Coverage], _ output: Output) {
        let merged = rows.filter { $0.unionKnown > 0 }.map(\.organ.rawValue)
        guard !merged.isEmpty else { return }
        output.note(
            "\nSome volumes know only a label merged with others of: \(merged.joined(separator: ", ")).\n"
                + "Where that is left and right, lacuna organ partition may separate them.")
    }

    private static func nothing(_ grouping: CoverageGrouping) -> String {
        switch grouping {
        case .round: "No round has published yet; see lacuna round list."
        case .split: "There is no split, or nothing is labelled; see lacuna split show."
        case .organ, .dataset: "Nothing is labelled yet; start with lacuna dataset import."
        }
    }

    /// Says of an organ without a row of its own which of its parts, or wholes, have one.
    private static func note(
        missing organ: OrganKey, among rows: Set<OrganKey>, _ grouping: CoverageGrouping, _ ontology: Ontology?
    ) -> String {
        guard let ontology, !rows.isEmpty else { return nothing(grouping) }
        for (word, related) in [("parts", ontology.parts(of: organ)), ("wholes", ontology.wholes(of: organ))] {
            let labelled = related.filter(rows.contains).map(\.rawValue)
            if labelled.isEmpty { continue }
            return
                "\(organ) itself is labelled nowhere; of its \(word), these are: \(labelled.joined(separator: ", ")). "
                + "See lacuna coverage" + labelled.map { " --organ \($0)" }.joined() + "."
        }
        return "\(organ) is labelled nowhere, nor is a part of it."
    }

    /// The trap that coverage is for: a network never sees such an organ's border against everything else.
    private func noteIncomplete(_ rows: [Coverage], _ output: Output) {
        let never = rows.filter { $0.annotated == $0.partial && $0.unionKnown == 0 }.map(\.organ.rawValue)
        guard !never.isEmpty else { return }
        let named = never.prefix(Self.namedOrgans).joined(separator: ", ")
        let rest = never.count > Self.namedOrgans ? " and \(never.count - Self.namedOrgans) more" : ""
        output.note(
            "\nNo volume has a complete annotation of: \(named)\(rest).\n"
                + "A run cannot learn these organs; import a dataset that labels them.")
    }

    /// How many organs a note names before it counts the rest.
    private static let namedOrgans = 12
}

extension Coverage {
    /// Whether anything is known of the organ there.
    fileprivate var isLookedAt: Bool { annotated + absent + pseudo > 0 || unionKnown > 0 }
}
