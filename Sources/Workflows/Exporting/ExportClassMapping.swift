internal import Catalog
internal import Domain

/// Which organs an export counts as others, like the class mapping of a run.
struct ExportClassMapping: Sendable {
    private let entries: [(organ: OrganKey, accepted: [OrganKey])]

    /// - Throws: `CatalogError.unknownOrgan`; `WorkflowError` of kind `badInput` for organs that are not exported, are exported by
    ///   themselves, or are no variants.
    init(
        _ requested: [ExportRequest.ClassMapping], exporting organs: [OrganKey], _ ontology: Ontology,
        _ names: OrganNames
    ) throws {
        entries = try requested.map { mapping in
            let organ = try names.key(of: mapping.organ)
            let accepted = try mapping.accepted.map { try names.key(of: $0) }
            guard organs.contains(organ) else {
                throw Self.refusal("\(organ) is not exported", "add it to --organs, or remove it from --class-mapping")
            }
            if let other = accepted.first(where: { $0 != organ && organs.contains($0) }) {
                throw Self.refusal(
                    "\(other) is exported by itself", "remove it from --organs or from --class-mapping")
            }
            for label in accepted where ontology.base(of: label) != ontology.base(of: organ) {
                throw Self.refusal(
                    "\(label) is not a variant of \(organ)",
                    "declare it with lacuna organ import (column variant_of), or remove it from --class-mapping")
            }
            return (organ, accepted)
        }
    }

    /// Replaces the label of each mapped organ by the first accepted one that is known in the volume; annotations come before pseudo
    /// labels. The organ's own label is dropped where another one was chosen.
    func applied(to labels: [ExportLabel]) -> [ExportLabel] {
        entries.reduce(labels) { labels, entry in
            let known = entry.accepted.compactMap { organ in
                labels.first { $0.organ == organ && $0.status != .unlabelled }
            }
            let found = known.first { $0.status != .pseudo } ?? known.first
            let others = labels.filter { $0.organ != entry.organ && $0.organ != found?.organ }
            return others + (found.map { [$0.counted(as: entry.organ)] } ?? [])
        }
    }

    private static func refusal(_ problem: String, _ remedy: String) -> WorkflowError {
        WorkflowError(.badInput, "--class-mapping: \(problem)", remedy: remedy)
    }
}
