internal import Catalog
internal import Domain

/// What a run counts as its organs, by the catalogue's keys.
struct OrganMerge {
    let accepted: [OrganKey: [OrganKey]]

    /// - Parameter resolve: the keys of organs as a person spells them, in the order given.
    /// - Throws: `CatalogError.unknownOrgan`, `DaemonError.configuration` for two spellings of one organ.
    init(_ merge: [String: [String]], resolve: ([String]) async throws -> [OrganKey]) async throws {
        var accepted: [OrganKey: [OrganKey]] = [:]
        for (organ, list) in merge.sorted(by: { $0.key < $1.key }) {
            let key = try await resolve([organ])[0]
            guard accepted.updateValue(try await resolve(list), forKey: key) == nil else {
                throw Self.refusal(key, "is there twice, in two spellings", "keep one of them")
            }
        }
        self.accepted = accepted
    }

    /// - Throws: `DaemonError.configuration` for an organ that the run has no use for, or one merged with what is no variant.
    func check(over organs: [OrganKey], _ ontology: Ontology) throws {
        let leaves = Set(organs.flatMap(ontology.leaves))
        func isUseful(_ organ: OrganKey) -> Bool {
            organs.contains(organ) || !leaves.isDisjoint(with: ontology.leaves(of: organ))
        }
        for (organ, list) in accepted.sorted(by: { $0.key < $1.key }) {
            guard isUseful(organ) else {
                throw Self.refusal(
                    organ, "is neither in run.organs nor a whole of organs there", "take it out, or learn it")
            }
            for other in list where ontology.base(of: other) != ontology.base(of: organ) {
                throw Self.refusal(
                    organ, "lists \(other), which is no variant of it",
                    "take it out, or say with lacuna organ import that it is one (column variant_of)")
            }
        }
    }

    private static func refusal(_ organ: OrganKey, _ problem: String, _ remedy: String) -> DaemonError {
        .configuration(key: "run.merge.\(organ)", problem: problem, remedy: remedy)
    }
}
