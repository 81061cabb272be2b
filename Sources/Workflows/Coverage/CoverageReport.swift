package import Catalog
package import Domain

/// Counts how organs are labelled, and finds what a training run could not learn from.
package struct CoverageReport: Sendable {
    package struct Request: Sendable {
        package var grouping: CoverageGrouping
        /// Organs by key or any other spelling; empty: all.
        package var organs: [String]
        /// Nil: the current revision. Only by organ and by dataset.
        package var asOf: Revision?

        package init(grouping: CoverageGrouping = .organ, organs: [String] = [], asOf: Revision? = nil) {
            (self.grouping, self.organs, self.asOf) = (grouping, organs, asOf)
        }
    }

    package struct Result: Sendable {
        /// By group and organ.
        package let rows: [Coverage]
        /// Requested organs without a row.
        package let missing: [MissingOrgan]
        /// Whether nothing is labelled at all, whatever organs were requested.
        package let isEmpty: Bool
        /// Whether every volume of the catalogue is removed or excluded.
        package let isWithheld: Bool
        /// By round: the rounds `run/number` whose pseudo labels are hidden because they were trained on removed data.
        package let recalled: Set<String>

        /// Organs without one complete annotation: a network never sees where such an organ ends.
        package var incomplete: [OrganKey] {
            rows.filter { $0.annotated == $0.partial && $0.unionKnown == 0 }.map(\.organ)
        }

        /// Organs of which some volumes have only a composite label.
        package var compositeOnly: [OrganKey] { rows.filter { $0.unionKnown > 0 }.map(\.organ) }
    }

    /// A requested organ that is labelled nowhere itself.
    package struct MissingOrgan: Hashable, Sendable {
        package enum Related: Hashable, Sendable {
            /// Labelled parts of the organ.
            case parts([OrganKey])
            /// Labelled organs that contain the organ, where none of its parts is labelled.
            case wholes([OrganKey])
            case none
        }

        package let organ: OrganKey
        package let related: Related
    }

    private let catalog: LabelCatalog

    package init(catalog: LabelCatalog) { self.catalog = catalog }

    /// - Throws: `CatalogError.unknownOrgan`, `.unknownRevision`.
    package func run(_ request: Request) async throws -> Result {
        let all = try await catalog.coverage(by: request.grouping, asOf: request.asOf)
        let wanted = try await catalog.organs(named: request.organs)
        let isWithheld = all.isEmpty ? try await hasWithheldVolumesOnly() : false
        let recalled = request.grouping == .round ? try await recalledRounds() : []
        if wanted.isEmpty {
            return Result(rows: all, missing: [], isEmpty: all.isEmpty, isWithheld: isWithheld, recalled: recalled)
        }
        let (labelled, requested) = (Set(all.map(\.organ)), Set(wanted))
        let ontology = try await catalog.ontology()
        return Result(
            rows: all.filter { requested.contains($0.organ) },
            missing: wanted.filter { !labelled.contains($0) }.map { Self.missing($0, labelled, ontology) },
            isEmpty: all.isEmpty, isWithheld: isWithheld, recalled: recalled)
    }

    private func recalledRounds() async throws -> Set<String> {
        Set(try await catalog.rounds().filter(\.isRecalled).map { "\($0.run)/\($0.round)" })
    }

    private func hasWithheldVolumesOnly() async throws -> Bool {
        guard try await catalog.volumes(limit: 1).isEmpty else { return false }
        return try await !catalog.volumes(limit: 1, withheld: true).isEmpty
    }

    private static func missing(
        _ organ: OrganKey, _ labelled: Set<OrganKey>, _ ontology: Ontology
    ) -> MissingOrgan {
        let parts = ontology.parts(of: organ).filter(labelled.contains)
        if !parts.isEmpty { return MissingOrgan(organ: organ, related: .parts(parts)) }
        let wholes = ontology.wholes(of: organ).filter(labelled.contains)
        return MissingOrgan(organ: organ, related: wholes.isEmpty ? .none : .wholes(wholes))
    }
}
