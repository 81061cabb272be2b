package import Catalog
package import Domain
package import Plans
package import Postgres
internal import Rounds

/// Opens the run of a plan: resolves its organs, starts the run where it is new, and takes its snapshot.
package struct RunOpening: Sendable {
    package struct Request: Sendable {
        /// With the keys of the catalogue, as `resolve` returns it.
        package var plan: RunPlan
        /// The whole configuration as a JSON object, kept with the run.
        package var configuration: JSONText
        /// Equal for equal configurations.
        package var digest: Digest
        /// On the job of the tick that a new run belongs to; nil for a run that is started by hand.
        package var claim: Claim?

        package init(plan: RunPlan, configuration: JSONText, digest: Digest, claim: Claim? = nil) {
            (self.plan, self.configuration, self.digest, self.claim) = (plan, configuration, digest, claim)
        }
    }

    package struct OpenedRun: Sendable {
        package let run: StoredRun
        package let snapshot: RunSnapshot
        /// Organs of the plan that no training volume shows: they are never learned.
        package let unannotatedOrgans: [OrganKey]
    }

    private let catalog: TrainingCatalog

    package init(catalog: TrainingCatalog) { self.catalog = catalog }

    /// The plan with the keys of the catalogue in place of other spellings of its organs.
    ///
    /// - Throws: `MisconfiguredValue` for an organ that is not known, `ConfigurationError` for a class mapping that does not fit, `SettingError` for an organ
    ///   that is given twice.
    package func resolve(_ plan: RunPlan) async throws -> RunPlan {
        try await PlanResolution(catalog).resolve(plan)
    }

    /// The run of the plan's name, started where it is new. A new run that cannot learn is not stored, so that a
    /// corrected plan can have its name.
    ///
    /// - Throws: `RoundsError.otherPlan` where the run exists with another configuration, `WorkflowError` where no organ is
    ///   annotated in training or validation volumes.
    package func open(_ request: Request) async throws -> OpenedRun {
        do {
            return try await openOnce(request)
        } catch let error as PostgresError where error.sqlState == "23505" {
            return try await openOnce(request)  // another daemon started the run at the same moment
        }
    }

    /// The volumes and annotations that a new run would have, before it is created; nil where the run exists.
    ///
    /// - Throws: as `open`.
    package func preview(_ request: Request) async throws -> RunSnapshot? {
        if try await catalog.run(named: request.plan.name) != nil { return nil }
        do {
            return try await catalog.connection.transaction { _ -> RunSnapshot? in
                throw UndoneStart(snapshot: try await begin(request).snapshot)
            }
        } catch let start as UndoneStart {
            return start.snapshot
        } catch let error as PostgresError where error.sqlState == "23505" {
            return nil  // another daemon started the run at the same moment
        }
    }

    /// Rolls the start of a run back.
    private struct UndoneStart: Error {
        let snapshot: RunSnapshot
    }

    private func openOnce(_ request: Request) async throws -> OpenedRun {
        try await catalog.connection.transaction { _ in try await begin(request) }
    }

    /// Within a transaction.
    private func begin(_ request: Request) async throws -> OpenedRun {
        let run = try await findOrStart(request)
        guard run.configDigest == request.digest else { throw RoundsError.otherPlan(run: run.name) }
        let snapshot = try await snapshot(of: run.id, request.plan)
        try requireAnnotations(snapshot, request.plan)
        let unannotated = snapshot.organs.filter { snapshot.annotatedVolumes(of: $0, in: .train) == 0 }
        return OpenedRun(run: run, snapshot: snapshot, unannotatedOrgans: unannotated)
    }

    /// The volumes and annotations of a run that exists.
    package func snapshot(of run: RunID, _ plan: RunPlan) async throws -> RunSnapshot {
        RunSnapshot(
            organs: plan.organs.map { OrganKey($0) }, volumes: try await catalog.volumes(of: run),
            labels: try await catalog.labels(of: run), sizes: try await catalog.annotatedSizes(of: run))
    }

    private func findOrStart(_ request: Request) async throws -> StoredRun {
        let plan = request.plan
        if let run = try await catalog.run(named: plan.name) { return run }
        return try await catalog.startRun(
            RunStart(
                name: plan.name, config: request.configuration, configDigest: request.digest, seed: plan.seed,
                split: plan.split, origins: plan.knownOrigins, trainsUnassigned: plan.trainsOnUnassigned,
                organs: plan.organs.map { OrganKey($0) },
                classMapping: Dictionary(
                    uniqueKeysWithValues: plan.classMapping.map { organ, accepted in
                        (OrganKey(organ), accepted.map { OrganKey($0) })
                    }), modalities: plan.modalities, gammas: plan.gammas),
            under: request.claim)
    }

    /// Training and validation need one annotated volume each.
    private func requireAnnotations(_ snapshot: RunSnapshot, _ plan: RunPlan) throws(WorkflowError) {
        let takes =
            "the run takes modality \(plan.modalities.joined(separator: ", ")) (run.modalities) and origin "
            + "\(plan.knownOrigins.map(\.rawValue).joined(separator: ", ")) (run.knownOrigins): allow more of them, "
        func isEmpty(_ part: SplitPart) -> Bool {
            snapshot.organs.allSatisfy { snapshot.annotatedVolumes(of: $0, in: part) == 0 }
        }
        if isEmpty(.train) {
            throw WorkflowError(
                .badInput, "run \(plan.name) has no annotated volume of its organs in the part train",
                remedy: takes + "import annotations, or check the part train with lacuna split show")
        }
        if isEmpty(.validation) {
            throw WorkflowError(
                .badInput, "run \(plan.name) has no annotated volume in the part validation of split \(plan.split)",
                remedy: takes + "or put annotated subjects into validation with lacuna split create")
        }
    }
}
