internal import Catalog
internal import Domain
internal import Exporters

/// The cases of an export, and the number of volumes left out.
struct ExportSelection: Sendable {
    let revision: Revision
    let scheme: LabelScheme
    let ontology: Ontology
    let cases: [ExportCase]
    /// The number of volumes without a label of the exported organs.
    let unknown: Int
    /// The number of volumes whose subjects are in none of the exported parts of the split.
    let outsideSplit: Int
    /// The number of volumes of locked test subjects that are left out, because no part test of the split contains them.
    let locked: Int
    /// The releases that images or labels come from, directly or through derived masks and runs.
    let releases: [LicensedRelease]
    /// Whether data of the revision were removed since, which the export leaves out.
    let lacksRemovedData: Bool
    /// The number of folds of the split; 0 without a split.
    let folds: Int

    static var nothingDecided: WorkflowError {
        WorkflowError(
            .badInput, "no voxel of any volume is labelled for all of these organs",
            remedy: "choose fewer organs, or add pseudo labels with --include-pseudo")
    }

    /// Members of the description: licences with their sources, and the revision.
    var remarks: [JSONValue.Member] {
        let licences = releases.flatMap { release in
            let stated = release.statements
            return (stated.isEmpty ? [LicenceStatement(text: "not stated", source: "none found")] : stated).map {
                JSONValue.object([
                    .init("dataset", .text(release.dataset)), .init("licence", .text($0.text)),
                    .init("source", .text($0.source)),
                ])
            }
        }
        return [.init("licence", .list(licences)), .init("release", .text("revision \(revision)"))]
    }

    /// - Throws: `LicenceRefusal` where a licence forbids the export.
    func checkLicences(_ request: ExportRequest) throws {
        let problems = request.gate.problems(releases)
        if !problems.isEmpty { throw LicenceRefusal(problems: problems) }
    }

    /// The folds in which none of these cases validates, counted from 0.
    func foldsWithoutValidation(_ cases: [ExportCase]) -> [Int] {
        let filled = cases.reduce(into: Set<Int>()) { $0.formUnion($1.place?.validates ?? []) }
        return (0..<folds).filter { !filled.contains($0) }
    }
}
