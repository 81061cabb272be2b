internal import Catalog
internal import Domain
internal import Importers

extension RecordedRelease {
    /// Licence statements about a recorded release.
    struct NewLicences {
        /// Those that are not recorded yet.
        let statements: [LicenceStatement]
        /// Reports them; nil where there are none.
        let finding: ImportFinding?
    }

    /// - Parameter known: the release; one that is not recorded has no new statements.
    func newLicences(_ summary: ImportSummary, _ known: KnownRelease) async throws -> NewLicences {
        guard known.root != nil else { return NewLicences(statements: [], finding: nil) }
        let recorded = try await catalog.licences()
            .filter { $0.dataset == summary.dataset && $0.release == summary.release }.map(\.statement)
        let licence = summary.licence
        let stated = [LicenceStatement(text: licence.text, source: licence.source)] + licence.others
        let new = stated.filter { !$0.isMissing && !$0.text.isEmpty && !recorded.contains($0) }
        guard !new.isEmpty else { return NewLicences(statements: [], finding: nil) }
        let terms = Set((recorded.filter { !$0.isMissing } + new).map { LicenceTerms($0.text) })
        return NewLicences(
            statements: new,
            finding: ImportFinding(
                .description, file: new[0].source,
                problem: "it states the licence \(Self.list(new)); recorded so far: \(Self.list(recorded))",
                remedy: terms.count > 1
                    ? "both are kept, and an export requires --accept-licence '\(summary.dataset)'"
                    : "nothing; it is recorded beside the earlier statement"))
    }

    private static func list(_ statements: [LicenceStatement]) -> String {
        statements.isEmpty ? "none" : statements.map { "\($0.text) (\($0.source))" }.joined(separator: "; ")
    }
}
