package import Domain

/// Which organs a run counts as an organ, by the keys of the catalogue.
package struct ClassMapping: Sendable {
    /// In each volume the first organ of the list that is known counts as the key.
    package let accepted: [OrganKey: [OrganKey]]

    /// - Parameters:
    ///   - spellings: the mapping by any spelling of the organs.
    ///   - resolve: the keys of organs, in the order given.
    /// - Throws: `CatalogError.unknownOrgan`, `ConfigurationError` for two spellings of one organ.
    package init(_ spellings: [String: [String]], resolve: ([String]) async throws -> [OrganKey]) async throws {
        var accepted: [OrganKey: [OrganKey]] = [:]
        for (organ, list) in spellings.sorted(by: { $0.key < $1.key }) {
            let key = try await resolve([organ])[0]
            guard accepted.updateValue(try await resolve(list), forKey: key) == nil else {
                throw Self.refusal(key, "is given twice, in two spellings", "keep one of them")
            }
        }
        self.accepted = accepted
    }

    /// Checks the mapping of a run that learns `organs`.
    ///
    /// - Throws: `ConfigurationError` for an organ that the run does not use, and for a list with an organ that is not a variant.
    package func check(over organs: [OrganKey], _ ontology: Ontology) throws {
        let leaves = Set(organs.flatMap(ontology.leaves))
        func isUsed(_ organ: OrganKey) -> Bool {
            organs.contains(organ) || !leaves.isDisjoint(with: ontology.leaves(of: organ))
        }
        for (organ, list) in accepted.sorted(by: { $0.key < $1.key }) {
            guard isUsed(organ) else {
                throw Self.refusal(
                    organ, "is neither in run.organs nor a composite of organs there",
                    "remove it, or add it to run.organs")
            }
            for other in list where ontology.base(of: other) != ontology.base(of: organ) {
                throw Self.refusal(
                    organ, "lists \(other), which is not a variant of it",
                    "remove it, or record it as a variant with lacuna organ import (column variant_of)")
            }
        }
    }

    private static func refusal(_ organ: OrganKey, _ problem: String, _ remedy: String) -> ConfigurationError {
        ConfigurationError(key: "run.classMapping.\(organ)", problem: problem, remedy: remedy)
    }
}
