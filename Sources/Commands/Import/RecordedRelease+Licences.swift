internal import Catalog
internal import Domain
internal import Importers

extension RecordedRelease {
    /// What an import states of the licence of a release that is known already.
    struct NewLicences {
        /// Those that are not on record.
        let statements: [LicenceStatement]
        /// Tells them; nil where there are none.
        let finding: ImportFinding?
    }

    /// - Parameter known: the release; nothing is new of one that is not recorded yet.
    func newLicences(_ summary: ImportSummary, _ known: KnownRelease) async throws -> NewLicences {
        guard known.root != nil else { return NewLicences(statements: [], finding: nil) }
        let recorded = try await catalog.licences()
            .filter { $0.dataset == summary.dataset && $0.release == summary.layout.release }.map(\.statement)
        let licence = summary.licence
        let stated = [LicenceStatement(text: licence.text, source: licence.source)] + licence.others
        let new = stated.filter { !$0.isMissing && !$0.text.isEmpty && !recorded.contains($0) }
        guard !new.isEmpty else { return NewLicences(statements: [], finding: nil) }
        let terms = Set((recorded.filter { !$0.isMissing } + new).map { LicenceTerms($0.text) })
        return NewLicences(
            statements: new,
            finding: ImportFinding(
                .description, file: new[0].source,
                problem: "it states the licence \(Self.list(new)); on record is \(Self.list(recorded))",
                remedy: terms.count > 1
                    ? "both are kept, and an export asks for --accept-licence '\(summary.dataset)' from whoever knows which holds"
                    : "nothing: it is recorded beside what was stated before"))
    }

    private static func list(_ statements: [LicenceStatement]) -> String {
        statements.isEmpty ? "none" : statements.map { "\($0.text) (\($0.source))" }.joined(separator: "; ")
    }
}
