public import Domain
import Postgres

extension LabelCatalog {
    /// The mask that a decision is about: the current annotation, else the visible pseudo label of a round, else the mask that the newest
    /// round withheld; nil where there is none.
    ///
    /// - Parameter withheld: only the withheld one.
    public func reviewTarget(volume: VolumeID, organ: OrganKey, withheld: Bool = false) async throws -> ReviewTarget? {
        try await require(organ)
        return try await connection.first(FindReviewTarget(volume: volume, organ: organ, withheld: withheld))
    }

    /// Who else decides about a mask of an organ in a volume than the person.
    public func reviewReaders(
        volume: VolumeID, organ: OrganKey, mask: MaskID?, person: String
    ) async throws -> ReviewReaders {
        try await connection.one(FindReviewReaders(volume: volume, organ: organ, mask: mask, person: person))
    }

    /// Records a decision and changes the label, at a new revision.
    ///
    /// - Parameter store: stores the mask that is made and returns its record; for `submit`, and for `accept` of a mask that is no
    ///   annotation. It runs inside the transaction, under the lock that excludes the sweep.
    /// - Throws: `CatalogError.unknownOrgan`, `.withheldVolume`, `.purgedVolume`; SQLSTATE LA017 where the mask is no longer the one to
    ///   decide about, LA010 for a volume that was removed meanwhile, 42501 for a login that may not.
    public func decide(
        _ decision: ReviewDecision, storing store: (() async throws -> AnnotationContent)? = nil
    ) async throws -> RecordedReview {
        try await require(decision.organ)
        try await requireUse(of: decision.volume)
        return try await connection.transaction { connection in
            var content: AnnotationContent?
            if let store {
                try await connection.run(LockObjectsShared())
                content = try await store()
            }
            if let mask = content?.mask { try await connection.run(StoreObjects(masks: [mask])) }
            return try await connection.one(DecideReview(decision: decision, content: content, program: program))
        }
    }

    /// The reviews with an event, by volume and organ, of volumes in use.
    public func reviews(
        in state: ReviewState? = nil, by person: String? = nil, of organ: OrganKey? = nil
    ) async throws -> [ReviewRow] {
        try await connection.run(ListReviews(state: state, person: person, organ: organ))
    }

    /// All events of a review, oldest first.
    public func reviewHistory(volume: VolumeID, organ: OrganKey) async throws -> [ReviewEvent] {
        try await require(organ)
        return try await connection.run(HistoryOfReview(volume: volume, organ: organ))
    }

    /// The masks that wait for a decision, by volume and organ.
    public func reviewCandidates(of organ: OrganKey? = nil) async throws -> [ReviewCandidate] {
        try await connection.run(ListReviewCandidates(organ: organ))
    }

    /// What was decided, by organ and person.
    public func reviewTotals(of organ: OrganKey? = nil, by person: String? = nil) async throws -> [ReviewTotals] {
        try await connection.run(TotalsOfReviews(organ: organ, person: person))
    }
}
