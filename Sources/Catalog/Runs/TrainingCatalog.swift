public import Domain
public import Postgres

/// The trainer API: the functions of the database that the daemon's role may call. Every write checks a claim.
///
/// It cannot read test labels, and can write only rounds of the claimed run, and volumes whose jobs it claimed.
public struct TrainingCatalog: Sendable {
    public let connection: Connection
    public let program: String

    public init(_ connection: Connection, program: String) { (self.connection, self.program) = (connection, program) }

    /// Identity of the catalogue; the object store has the same.
    public func uuid() async throws -> String { try await connection.one(CatalogueUUID()) }

    public func currentRevision() async throws -> Revision { try await connection.one(CurrentRevision()) }

    /// - Throws: `TrainingCatalogError.privilegedRole` for a superuser and for a member of the owner or of the managers.
    public func requireTrainerRole() async throws {
        let role = try await connection.one(RoleOfSession())
        if role.isPrivileged { throw TrainingCatalogError.privilegedRole(role.name) }
    }

    /// - Throws: `TrainingCatalogError.ordinaryRole` for a login that is no member of the managers or of the owner.
    public func requireManagerRole() async throws {
        let role = try await connection.one(RoleOfSession())
        if !role.isPrivileged { throw TrainingCatalogError.ordinaryRole(role.name) }
    }

    /// The organs of a configuration, by key or any spelling, in the order given.
    ///
    /// - Throws: `CatalogError.unknownOrgan` with the nearest keys.
    public func organs(named names: [String]) async throws -> [OrganKey] {
        let known = OrganNames(try await connection.run(ListOrgans()))
        return try names.map { try known.key(of: $0) }
    }

    /// The organs of the catalogue with their relations: the shipped ones and those that a user added.
    public func ontology() async throws -> Ontology { try await connection.ontology() }

    /// The run of that name; nil where there is none.
    public func run(named name: String) async throws -> StoredRun? { try await connection.first(FindRun(name: name)) }

    /// The configuration that the run was started with, a JSON object.
    public func configuration(of run: RunID) async throws -> JSONText {
        try await connection.one(ConfigurationOfRun(run: run))
    }

    /// The number of annotations of the run's snapshot that it may no longer read, or has in another part now.
    public func lostInputs(of run: RunID) async throws -> Int { try await connection.one(LostInputs(run: run)) }

    /// Creates a run with its snapshot of annotations.
    ///
    /// - Parameter claim: the claim on the job of a tick, whose run it is; nil: a run that is started by hand.
    /// - Throws: SQLSTATE LA005 where the job has a run already.
    public func startRun(_ start: RunStart, under claim: Claim? = nil) async throws -> StoredRun {
        try await connection.run(StartRun(start: start, program: program, claim: claim))
        guard let run = try await run(named: start.name) else { throw CatalogError.unknownRun(start.name) }
        return run
    }

    /// The volumes that the run may read, by id, without the test part.
    public func volumes(of run: RunID) async throws -> [RunVolume] { try await connection.run(RunVolumes(run: run)) }

    /// The annotations of the run's snapshot, by volume and organ.
    public func labels(of run: RunID) async throws -> [RunLabel] { try await connection.run(RunLabels(run: run)) }

    /// The pseudo labels that the run showed once a round was published, by volume and organ; of a round that is not published
    /// those that it staged. The next round trains on them.
    public func pseudoLabels(of round: RoundID) async throws -> [RoundLabel] {
        try await connection.run(RoundLabels(round: round))
    }

    /// The masks that a round predicted itself, labels and withheld ones, by volume and organ: what a repetition of the round makes
    /// again.
    public func predictedMasks(of round: RoundID) async throws -> [RoundLabel] {
        try await connection.run(RoundMasks(round: round))
    }

    /// The masks that the round before a round predicted in a volume, by organ, labels and withheld ones; none for round 0.
    public func masksBefore(_ round: RoundID, of volume: VolumeID) async throws -> [RoundLabel] {
        try await connection.run(MasksBefore(round: round, volume: volume))
    }

    /// The numbers of pseudo labels that a round staged or published, by organ.
    public func labelCounts(of round: RoundID) async throws -> [OrganKey: Int] {
        let counts = try await connection.run(CountRoundLabels(round: round))
        return Dictionary(uniqueKeysWithValues: counts.map { ($0.organ, $0.labels) })
    }

    /// Those among the checksums of image files that are of purged volumes only, whose copies must be removed.
    public func purgedImages(among digests: [Digest]) async throws -> Set<Digest> {
        Set(try await connection.run(PurgedImages(digests: digests)))
    }

    /// The run's rounds, by number.
    public func rounds(of run: RunID) async throws -> [StoredRound] { try await connection.run(RoundsOfRun(run: run)) }

    /// The numbers of the run's rounds whose pseudo labels are all withheld, because they or the data behind them were removed.
    public func recalledRounds(of run: RunID) async throws -> [Int] {
        try await connection.run(RecalledRounds(run: run))
    }

    /// The run from whose weights a run starts; nil where it starts from new weights.
    public func startingWeights(of run: RunID) async throws -> RunOrigin? {
        try await connection.first(StartingWeights(run: run))
    }

    /// A round with its results, without the number of its labels; nil where there is no such round.
    public func round(_ id: RoundID) async throws -> StoredRound? { try await connection.first(FindRound(round: id)) }

    /// The run that a round belongs to, with its configuration; nil where there is no such round.
    public func run(of round: RoundID) async throws -> RunOfRound? {
        try await connection.first(FindRunOfRound(round: round))
    }

    /// The newest checkpoint of a kind in a round.
    public func checkpoint(of round: RoundID, kind: CheckpointKind) async throws -> CheckpointRecord? {
        try await checkpoints(of: round, kind: kind).first
    }

    /// The checkpoints of a kind in a round that have bytes, the newest first.
    public func checkpoints(of round: RoundID, kind: CheckpointKind) async throws -> [CheckpointRecord] {
        try await connection.run(StoredCheckpoints(round: round, kind: kind))
    }

    /// Marks a checkpoint of the round whose bytes cannot be read, so that an earlier one is the newest.
    ///
    /// - Parameter problem: recorded with the activity; no patient data.
    public func discard(
        _ checkpoint: CheckpointID, of round: RoundID, _ claim: Claim, problem: String
    ) async throws {
        try await connection.run(
            DiscardCheckpoint(
                claim: claim, round: round, checkpoint: checkpoint, program: program, problem: problem))
    }

    /// Changes the state of a round and stores its results.
    ///
    /// - Parameter finishing: whether to mark the run as finished in the same transaction.
    /// - Returns: for a scheduled run that is finished and whose schedule adopts, whether it became the current one or waits for a
    ///   person; else nil.
    /// - Throws: SQLSTATE LA005 when the round is not in state `from`.
    @discardableResult
    public func advance(
        _ claim: Claim, round: RoundID, from: String, to: String, record: JSONText, finishing: Bool = false
    ) async throws -> AdoptionDecision? {
        let decision = try await connection.transaction { connection -> AdoptionDecision? in
            if finishing { try await connection.run(LockPointersExclusively()) }
            try await connection.run(AdvanceRound(claim: claim, round: round, from: from, to: to, record: record))
            guard finishing else { return nil }
            let decision = try await connection.one(AdoptIfBetter(claim: claim, program: program))
            try await connection.run(FinishRun(claim: claim))
            return decision
        }
        if decision == .adopted { try await connection.run(CompactCoverage()) }
        return decision
    }

    /// Stores an object's bytes and records the checkpoint, under the lock that excludes the sweep. Recording the same checkpoint
    /// again returns the first one.
    ///
    /// - Parameter part: the part whose annotations it was fitted to, train or confidence.
    /// - Throws: SQLSTATE LA005 where the round has a different checkpoint of that kind and step.
    public func recordCheckpoint(
        _ claim: Claim, round: RoundID, kind: CheckpointKind, part: SplitPart, step: Int,
        storing store: () async throws -> (digest: Digest, bytes: Int)
    ) async throws -> CheckpointID {
        try await connection.transaction { connection in
            try await connection.run(LockObjectsShared())
            let object = try await store()
            return try await connection.one(
                RecordCheckpoint(
                    claim: claim, round: round, kind: kind, part: part, step: step, digest: object.digest,
                    bytes: object.bytes))
        }
    }

    /// Records results on held-out volumes; a result that is recorded already is skipped.
    public func recordEvaluation(_ claim: Claim, round: RoundID, _ results: [EvaluationRecord]) async throws {
        try await connection.run(RecordEvaluation(claim: claim, round: round, results: results))
    }

    /// Records how a network in training does on the part validation after so many steps of its round; what is recorded already is
    /// kept.
    public func recordValidation(_ claim: Claim, round: RoundID, _ validation: RoundValidation) async throws {
        try await connection.run(RecordValidation(claim: claim, round: round, validation: validation))
    }

    /// The sizes of the annotated masks of each organ in the training volumes of a run.
    public func annotatedSizes(of run: RunID) async throws -> [OrganKey: AnnotatedSize] {
        let found = try await connection.run(AnnotatedSizes(run: run))
        return Dictionary(found.map { ($0.organ, $0.size) }, uniquingKeysWith: { first, _ in first })
    }

    /// The Dice of a round on volumes of the part validation, without those where neither mask has a voxel.
    public func heldOutDice(of round: RoundID) async throws -> [VolumeDice] {
        try await connection.run(DiceOfRound(round: round))
    }

    /// Records how well the predicted Dice of a round agrees with the true one, once its confidence is fitted; what is recorded
    /// already is kept.
    public func recordQuality(_ claim: Claim, round: RoundID, _ quality: RoundQuality) async throws {
        try await connection.run(RecordQuality(claim: claim, round: round, quality: quality))
    }

    /// Records the results of the guards of a round that is evaluated, or relabels; what is recorded already is kept.
    public func recordGuards(_ claim: Claim, round: RoundID, _ guards: [GuardRecord]) async throws {
        try await connection.run(RecordGuards(claim: claim, round: round, guards: guards))
    }

    /// Records how precise selections are, for a round that is trained; what is recorded already is kept.
    public func recordSelections(_ claim: Claim, round: RoundID, _ selections: [SelectionRecord]) async throws {
        try await connection.run(RecordSelection(claim: claim, round: round, selections: selections))
    }

    /// Records a volume's pseudo masks, all in one object. They are invisible until the round is published; withheld masks remain
    /// so.
    public func stage(
        _ claim: Claim, round: RoundID, checkpoint: CheckpointID, volume: VolumeID,
        storing store: () async throws -> [StagedMask]
    ) async throws {
        try await connection.transaction { connection in
            try await connection.run(LockObjectsShared())
            let masks = try await store()
            guard !masks.isEmpty else { return }
            try await connection.run(
                StagePseudoLabels(claim: claim, round: round, checkpoint: checkpoint, volume: volume, masks: masks))
        }
    }

    /// Makes the labels of the round visible at one revision. Withheld organs, and volumes whose mask was withheld, keep the labels
    /// that the run showed before.
    ///
    /// - Parameter withheld: the reason for each withheld organ; not empty.
    /// - Throws: SQLSTATE LA016 for an organ that is not withheld although its Dice on held-out volumes is smaller than the run
    ///   requires, or undecided.
    public func publish(
        _ claim: Claim, round: RoundID, from: String, to: String, withheld: [OrganKey: String]
    ) async throws {
        try await connection.run(PublishRound(claim: claim, round: round, from: from, to: to, withheld: withheld))
        try await connection.run(CompactCoverage())
    }

    /// The run whose pseudo labels are visible; nil where none is adopted.
    public func currentRun() async throws -> String? { try await connection.first(CurrentRun()) }
}

/// Errors of the trainer API that are not refusals of the database.
public enum TrainingCatalogError: Error, Equatable {
    /// The login has more rights than a trainer needs.
    case privilegedRole(String)
    /// The login may not evaluate a run on its test part.
    case ordinaryRole(String)
}
