package import Catalog
internal import Domain

/// What a person looks at next.
package struct ReviewQueue: Sendable {
    package struct Request: Sendable {
        /// Key or another spelling; nil: all organs.
        package var organ: String?
        /// Without what others are assigned to, and what this person skipped or decided; nil: all.
        package var person: String?
        /// Only items at the beginning that fit into this time together.
        package var minutes: Double?
        package var limit: Int?

        package init() {}
    }

    private let catalog: LabelCatalog

    package init(catalog: LabelCatalog) { self.catalog = catalog }

    /// - Throws: `CatalogError.unknownOrgan`.
    package func items(_ request: Request) async throws -> [ReviewItem] {
        var organ: OrganKey?
        if let name = request.organ { organ = try await catalog.organ(named: name) }
        let candidates = try await catalog.reviewCandidates(of: organ).filter { isFor(request.person, $0) }
        let items = ReviewOrder(candidates).items(minutes: request.minutes)
        return Array(items.prefix(request.limit ?? items.count))
    }

    private func isFor(_ person: String?, _ candidate: ReviewCandidate) -> Bool {
        guard let person else { return true }
        return (candidate.assigned.isEmpty || candidate.assigned.contains(person))
            && !candidate.skippedBy.contains(person)
    }
}
