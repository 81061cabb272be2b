internal import Catalog
internal import DICOM
internal import Domain
internal import Importers

/// Compares the identifiers in the DICOM slices of a release with each other and with those recorded, once all cases are known.
struct SeriesJoining {
    let catalog: LabelCatalog
    /// Named in findings.
    let folder: String

    /// What the identifiers of the release's recorded cases show.
    func evidence(of release: Int32) async throws -> SeriesEvidence {
        try await evidence(try await catalog.seriesHolders(of: release))
    }

    /// What the identifiers show if the given cases were recorded too.
    func evidence(of planned: [SeriesHolder], in place: CasePlace) async throws -> SeriesEvidence {
        let known = try await catalog.seriesHolders(
            of: place.release, patients: planned.compactMap(\.patient), studies: planned.compactMap(\.study))
        let names = Set(known.map(\.name))
        return try await evidence(known + planned.filter { !names.contains($0.name) })
    }

    private func evidence(_ holders: [SeriesHolder]) async throws -> SeriesEvidence {
        let subjects = Set(holders.compactMap(\.subject)).sorted()
        guard !subjects.isEmpty else { return SeriesEvidence(holders, separations: []) }
        return SeriesEvidence(
            holders, separations: try await catalog.separations(of: subjects),
            joins: try await catalog.identifierJoins(of: subjects))
    }

    /// One finding for each identifier that cases of several subjects share.
    func findings(_ evidence: SeriesEvidence, isDryRun: Bool) -> [ImportFinding] {
        evidence.shared.map { ImportFinding($0, folder: folder, isDryRun: isDryRun) }
    }
}

extension ImportFinding {
    /// Cases of several subjects share an identifier.
    fileprivate init(_ shared: SeriesEvidence.Shared, folder: String, isDryRun: Bool) {
        let names = shared.cases.prefix(8).joined(separator: ", ") + (shared.cases.count > 8 ? ", …" : "")
        let cases = "\(shared.cases.count) cases share one \(shared.cause.rawValue) identifier"
        let keep = "give the patient of each case with --subjects FILE.csv"
        let (effect, remedy): (String, String) =
            switch shared.decision {
            case .joined:
                (
                    isDryRun ? "their subjects would be joined" : "their subjects were joined",
                    "nothing, if they are one patient; else \(keep), or take them apart with lacuna subject split"
                )
            case .tooMany:
                (
                    "improbably many subjects (\(shared.subjects)) for one patient, so it is not used",
                    "\(keep); lacuna subject join joins subjects that are one patient"
                )
            case .otherPatients:
                (
                    "their patient identifiers differ, so it is not used",
                    "\(keep); lacuna subject join joins subjects that are one patient"
                )
            case .stated:
                ("the table of subjects names different patients, so it is not used", "nothing, if the table is right")
            case .separated:
                (
                    "their subjects were taken apart before, so it is not used",
                    "nothing, if they are different patients; else lacuna subject join"
                )
            }
        let ended =
            isDryRun
            ? "the subjects that it had joined would be taken apart" : "the subjects that it had joined are taken apart"
        let effects =
            [effect] + (shared.isEnded ? [ended] : [])
            + shared.remaining.map { cases in
                "\(cases.prefix(4).joined(separator: ", "))\(cases.count > 4 ? ", …" : "") stay one subject"
            }
        let split = shared.remaining.first.map { "; lacuna subject split \($0[0]) takes apart what is wrong" } ?? ""
        self.init(
            .subjects, file: folder, problem: "\(cases) (\(names)): \(effects.joined(separator: "; "))",
            remedy: remedy + split)
    }
}
