import Catalog
import Domain
import Postgres
import TestSupport

/// What the tests of withheld masks and of reviews do with a world.
extension World {
    /// Round 0 has published liver and spleen of the second volume, and the liver of the third.
    static func withPublishedRound(_ body: (World, HeldRun, [VolumeID]) async throws -> Void) async throws {
        try await withWithholdingRun { world, held, volumes async throws in
            let checkpoint = try await world.checkpoint(held, 0)
            try await world.stage(
                held, 0, checkpoint, volumes[1], [("liver", 10, 0.5), ("spleen", 11, 0.6)], quality: quality)
            try await world.stage(held, 0, checkpoint, volumes[2], [("liver", 12, 0.7)])
            try await world.publish(held, 0)
            try await body(world, held, volumes)
        }
    }

    /// The label states of every revision.
    func history(upTo count: Int? = nil) async throws -> [[String]] {
        var all: [[String]] = []
        let newest = try await revision()
        for revision in 1...(count ?? newest) { all.append(try await states(revision)) }
        return all
    }

    /// The mask to decide about.
    func target(_ volume: VolumeID, _ organ: OrganKey) async throws -> MaskID? {
        try await catalog.reviewTarget(volume: volume, organ: organ)?.mask?.mask
    }

    @discardableResult
    func decide(
        _ action: ReviewAction, _ volume: VolumeID, _ organ: OrganKey, _ looked: MaskID?, by person: String = "ann",
        making n: Int? = nil, agreement: ReaderAgreement? = nil
    ) async throws -> RecordedReview {
        var decision = ReviewDecision(
            volume: volume, organ: organ, action: action, mask: looked, person: person)
        decision.agreement = agreement
        guard let n else { return try await catalog.decide(decision) }
        return try await catalog.decide(decision) { AnnotationContent(mask: mask(n)) }
    }

    /// Assigns a mask to two readers.
    func askTwo(_ volume: VolumeID, _ organ: OrganKey, _ looked: MaskID?) async throws {
        for person in ["ann", "bob"] {
            var assignment = ReviewDecision(
                volume: volume, organ: organ, action: .assign, mask: looked, person: person)
            assignment.readers = 2
            _ = try await catalog.decide(assignment)
        }
    }

    /// The decision of another reader that waits for one of this person.
    func opinion(
        _ volume: VolumeID, _ organ: OrganKey, _ looked: MaskID?, for person: String
    ) async throws -> ReviewReaders.Opinion? {
        try await catalog.reviewReaders(volume: volume, organ: organ, mask: looked, person: person).opinion
    }

    /// The SQLSTATE of a refusal.
    func refusalOfDecision(
        _ action: ReviewAction, _ volume: VolumeID, _ organ: OrganKey, _ looked: MaskID?
    ) async throws -> String? {
        let n = action == .accept || action == .submit ? 900 : nil
        do {
            try await decide(action, volume, organ, looked, making: n)
            return nil
        } catch let error as PostgresError {
            return error.sqlState ?? "none"
        }
    }

    /// A person's mask.
    func draw(_ volume: VolumeID, _ organ: OrganKey, _ n: Int, by rater: String) async throws -> MaskID? {
        let annotation = PersonalAnnotation(volume: volume, organ: organ, rater: rater, origin: .expert)
        return try await catalog.record(annotation, kind: .correction, parameters: JSONText("{}")) { _ in
            AnnotationContent(mask: mask(n))
        }.mask
    }

    /// Volume, organ, state and person of every review.
    func reviews() async throws -> [String] {
        try await catalog.reviews().map { "\($0.volume)|\($0.organ)|\($0.state.rawValue)|\($0.person)" }
    }

    /// What a refused decision must not change.
    func reviewTrace() async throws -> [String] {
        let rows = try await root.ask(
            """
            select (select count(*) from lacuna.review), (select count(*) from lacuna.annotation), (select count(*) from lacuna.mask),
                (select count(*) from lacuna.rejected_mask), (select count(*) from lacuna.object), lacuna.current_revision()
            """)
        return rows + (try await states())
    }

    static func decisionCall(
        _ volume: VolumeID, _ organ: String, _ action: String, _ looked: String, person: String = "'ann'",
        minutes: String = "null", tail: String = ""
    ) -> String {
        "select lacuna.decide_review(\(volume), \(organ), \(action), \(looked), \(person), null, \(minutes), null, 'x'\(tail))"
    }
}
