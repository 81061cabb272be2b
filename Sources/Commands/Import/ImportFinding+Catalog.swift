internal import Catalog
internal import Domain
internal import Importers

/// Subjects that a case proved to be one patient.
struct CaseUnion: Sendable {
    let caseName: String
    let union: SubjectUnion
}

extension ImportFinding {
    /// - Parameter file: the image that proved it.
    init(_ found: CaseUnion, dataset: String, file: String) {
        let names = found.union.before.map(\.subject.name)
        let parts = found.union.changedParts
        let marked = found.union.newlyContaminated
        self.init(
            .subjects, file: file,
            problem: "\(dataset)/\(found.caseName) proves \(names.joined(separator: " and ")) to be one patient; "
                + (parts.isEmpty ? "no part of a split changed" : "parts changed: " + parts.joined(separator: "; "))
                + (marked.isEmpty
                    ? ""
                    : "; checkpoints that had trained on the patient although it was held out: "
                        + marked.map(\.description).joined(separator: ", ")),
            remedy: "they are joined, which cannot be taken back; lacuna subject show \(found.union.after.subject.name)"
                + (parts.isEmpty
                    ? " shows the patient" : " shows the patient; export again what these splits were used for")
        )
    }

    /// The name is that of a dataset with which the folder has nothing in common.
    /// - Parameter others: its releases, such as `2022 (btcv)`.
    init(strange dataset: String, others: [String], folder: String) {
        self.init(
            .name, file: folder,
            problem:
                "dataset \(dataset) is there already, as \(others.joined(separator: ", ")), and has no file in common "
                + "with this folder; an import makes one dataset of both",
            remedy: "nothing, if this is a release of the same; else give another --name")
    }
}
