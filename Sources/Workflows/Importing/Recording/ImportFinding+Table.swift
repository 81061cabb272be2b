internal import Catalog
internal import Domain
internal import Importers

extension ImportFinding {
    /// What a table of subjects changed of recorded cases, and what it contradicts.
    /// - Parameters:
    ///   - table: the key by case.
    ///   - folder: named in the findings.
    static func all(of outcome: TableOutcome, table: [String: String], dataset: String, folder: String)
        -> [ImportFinding]
    {
        let cases = Dictionary(grouping: table.keys.sorted()) { "\(dataset)/\(table[$0] ?? "")" }
        return outcome.separations.map { ImportFinding($0, folder: folder) }
            + outcome.unions.map { ImportFinding($0, dataset: dataset, folder: folder) }
            + [ImportFinding(renamed: outcome.keys, cases: cases, folder: folder)].compactMap { $0 }
            + outcome.keys.filter(\.extendsRemoval).map { ImportFinding(removed: $0, cases: cases, folder: folder) }
            + outcome.contradictions.map { ImportFinding($0, folder: folder) }
    }

    private init(_ found: TableOutcome.Separation, folder: String) {
        let problem =
            found.keys.isEmpty
            ? "subject \(found.subject) was joined by an earlier table, and its cases have no patient in common now: it is taken apart"
            : "subject \(found.subject) has cases of \(found.keys.count) patients of the table of subjects "
                + "(\(Self.few(found.keys))): its cases are taken apart as in the table"
                + (found.wasByPerson ? ", although a person had joined them" : "")
        self.init(.subjects, file: folder, problem: problem, remedy: "nothing, if the table is right")
    }

    init(_ found: TableOutcome.Union, dataset: String, folder: String) {
        let names = found.merge.before.map(\.subject.name).joined(separator: " and ")
        let marked = found.merge.newlyContaminated.map(\.description).joined(separator: ", ")
        let changes =
            found.merge.changedParts
            + (marked.isEmpty ? [] : ["checkpoints trained on subjects now held out: \(marked)"])
        self.init(
            .subjects, file: folder,
            problem: (["\(names) are one patient, \(dataset)/\(found.key), by the table of subjects: they are joined"]
                + changes)
                .joined(separator: "; "),
            remedy: "nothing, if the table is right; else lacuna subject split takes them apart")
    }

    /// Nil where no key of a table is of other cases than before.
    private init?(renamed keys: [KeyChange], cases: [String: [String]], folder: String) {
        let named = keys.filter { $0.isStated && $0.effect != .dropped }.map { key in
            cases[key.name].map { "\(key.name) is \(Self.few($0, 3))" } ?? key.name
        }
        let dropped = keys.filter { $0.effect == .dropped }.map { "no case has the subject \($0.name) any more" }
        guard !(named + dropped).isEmpty else { return nil }
        self.init(
            .subjects, file: folder,
            problem: "the table of subjects names subjects of recorded cases: \(Self.few(named + dropped))",
            remedy: "nothing, if the table is right")
    }

    private init(removed key: KeyChange, cases: [String: [String]], folder: String) {
        let scans = cases[key.name].map { Self.few($0, 3) } ?? "other cases"
        self.init(
            .withheld, file: folder,
            problem:
                "subject \(key.name) was removed; the table gives the name to \(scans), whose subject is removed too",
            remedy:
                "nothing, if this patient withdrew the consent; lacuna subject restore restores a subject that was removed "
                + "under a wrong name")
    }

    private init(_ found: TableOutcome.Contradiction, folder: String) {
        self.init(
            .subjects, file: folder,
            problem:
                "cases \(found.other) and \(found.caseName) are the same scan, and the table of subjects names two patients "
                + "(\(found.otherKey), \(found.key)): the scan is of \(found.otherKey)",
            remedy: "give both cases one subject, or correct the image of the wrong case")
    }

    private static func few(_ names: [String], _ count: Int = 8) -> String {
        names.prefix(count).joined(separator: ", ") + (names.count > count ? ", …" : "")
    }
}
