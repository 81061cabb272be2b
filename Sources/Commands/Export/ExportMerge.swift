internal import Catalog
internal import Console
internal import Domain

/// Which organs an export counts as others, as a run's `merge` does.
struct ExportMerge: Sendable {
    private let accepted: [(organ: OrganKey, labels: [OrganKey])]

    /// - Parameter texts: `ORGAN=ORGAN,VARIANT`, in any spelling.
    /// - Throws: bad input for organs that there are not, that are not exported, or that are no variants.
    init(_ texts: [String], over wanted: [OrganKey], _ ontology: Ontology, _ names: OrganNames) throws {
        accepted = try texts.map { text in
            let sides = text.split(separator: "=", omittingEmptySubsequences: false)
            let organ = try names.key(of: String(sides[0]))
            let labels = try sides[1].split(separator: ",").map { try names.key(of: String($0)) }
            guard wanted.contains(organ) else {
                throw Self.refusal("\(organ) is not exported", "name it with --organs, or take it out of --merge")
            }
            if let both = labels.first(where: { $0 != organ && wanted.contains($0) }) {
                throw Self.refusal("\(both) is exported by itself", "take it out of --organs or of --merge")
            }
            for label in labels where ontology.base(of: label) != ontology.base(of: organ) {
                throw Self.refusal(
                    "\(label) is no variant of \(organ)",
                    "say with lacuna organ import that it is one (column variant_of), or take it out of --merge")
            }
            return (organ, labels)
        }
    }

    /// The first of the accepted labels that a volume has becomes the organ's, people's before models'; the organ's own goes if
    /// it is not that one.
    func applied(to labels: [ExportLabel]) -> [ExportLabel] {
        accepted.reduce(labels) { labels, merge in
            let known = merge.labels.compactMap { organ in
                labels.first { $0.organ == organ && $0.status != .unlabelled }
            }
            let found = known.first { $0.status != .pseudo } ?? known.first
            let others = labels.filter { $0.organ != merge.organ && $0.organ != found?.organ }
            return others + (found.map { [$0.counted(as: merge.organ)] } ?? [])
        }
    }

    private static func refusal(_ problem: String, _ remedy: String) -> CommandFailure {
        CommandFailure(.badInput, "--merge: \(problem)", remedy: remedy)
    }
}
