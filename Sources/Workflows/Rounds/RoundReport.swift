package import Catalog
package import Domain
internal import Objects
internal import Postgres
internal import Rounds

/// Everything that is needed to explain a round and to repeat it.
package struct RoundReport: Sendable {
    package let details: RoundDetails
    /// The annotations of the run's snapshot.
    package let parts: [SnapshotPart]
    package let organs: [RoundInspection.OrganRow]
    /// How well the predicted Dice agrees with the true one; nil where it was not recorded.
    package let quality: RoundQuality?
    /// By organ and guard.
    package let guards: [GuardRecord]
    /// The evaluations while it was trained, by step.
    package let validations: [RoundValidation]
    private let results: RecordedResults
    package let checkpoints: [RoundCheckpoint]
    package let history: [RoundHistoryEvent]
    /// The evaluation of the run on its test part; nil where there was none.
    package let test: TestEvaluation?
    /// Each opening of the run's test part, also one without a result, oldest first.
    package let testOpenings: [TestOpening]
    /// With the current run, where this is the last round of a scheduled run that was compared.
    package let comparison: RunComparison?
    /// What the newest network that is stored states of itself: network plan, program, libtorch, threads, precision and
    /// processor. Nil where none is stored.
    package let network: [String: String]?
    /// Why the newest network could not be read; nil where it could be, and where there is none.
    package let networkProblem: String?

    /// The configuration of the run, a JSON object.
    package var configuration: String { details.configuration.text }
    /// The command of the outside program that trained; nil: the built-in trainer did.
    package var trainer: [String]? { OutsideCommand.words(in: configuration) }
    /// The newest revision when the round began.
    package var trainedOn: Revision? { results.trainedOn.map { Revision($0) } }
    /// Optimiser steps since the run began.
    package var steps: Int? { results.weights?.steps }
    /// Optimiser steps of the round itself.
    package var roundSteps: Int? { results.weights?.roundSteps }
    /// Why the training ended after these steps: `steps` or `plateau`.
    package var ending: String? { results.weights?.ending?.rawValue }
    /// Mean loss over the last steps.
    package var loss: Double? { results.weights?.loss }
    /// Mean of the organs' Dice on validation volumes, 0 to 1.
    package var meanDice: Double? { results.evaluation?.meanDice }
    package var failure: String? { results.failure }

    /// Predicted over annotated voxels on validation volumes.
    package func volumeRatio(of organ: OrganKey) -> Double? {
        results.evaluation?.organs[organ.rawValue]?.volumeRatio
    }

    /// Mean Dice of the predicted masks with all their parts.
    package func wholeDice(of organ: OrganKey) -> Double? { results.evaluation?.organs[organ.rawValue]?.wholeDice }

    /// Mean Dice of the largest parts of the predicted masks alone.
    package func largestPartDice(of organ: OrganKey) -> Double? {
        results.evaluation?.organs[organ.rawValue]?.largestPartDice
    }

    /// Training volumes in which the organ is annotated.
    package func annotatedVolumes(of organ: OrganKey) -> Int? {
        results.evaluation?.organs[organ.rawValue]?.annotatedVolumes
    }

    /// - Throws: `CatalogError.unknownRun`; `WorkflowError` of kind `badInput` for an unknown round.
    package static func read(run: String, round: Int, in workspace: Workspace) async throws -> RoundReport {
        let catalog = workspace.catalog
        let organs = try await RoundInspection(catalog: catalog).run(run, round: round)
        guard let details = try await catalog.roundDetails(run: run, round: round) else {
            throw WorkflowError.unknownRound(run: run, round: round)
        }
        let checkpoints = try await catalog.checkpoints(of: details.id)
        // The checkpoint of an outside program is known to that program alone.
        let isBuiltIn = OutsideCommand.words(in: details.configuration.text) == nil
        let network = isBuiltIn ? await metadata(of: checkpoints, workspace) : nil
        return RoundReport(
            details: details, parts: try await catalog.snapshotParts(run: run), organs: organs,
            quality: try await catalog.quality(of: details.id), guards: try await catalog.guards(of: details.id),
            validations: try await catalog.validations(of: details.id),
            results: try RecordedResults(details.record), checkpoints: checkpoints,
            history: try await catalog.history(of: details.id),
            test: try await catalog.testEvaluation(of: run), testOpenings: try await catalog.testOpenings(of: run),
            comparison: details.gamma == nil ? try await RunComparison.read(run, in: catalog) : nil,
            network: try? network?.get(),
            networkProblem: network.flatMap(problem))
    }

    /// Why the organ of a guard was withheld; nil where it was not.
    package func withheld(_ organ: OrganKey) -> String? { organs.first { $0.organ == organ }?.withheld }

    /// What became of an organ: `published`, `withheld` or `released`; nil before the publication.
    package func decision(on organ: OrganKey) -> String? {
        guard details.publishedRevision != nil, let row = organs.first(where: { $0.organ == organ }) else { return nil }
        if row.override != nil { return "released" }
        return row.withheld == nil ? "published" : "withheld"
    }

    private static func metadata(
        of checkpoints: [RoundCheckpoint], _ workspace: Workspace
    ) async -> Result<[String: String], any Error>? {
        guard let newest = checkpoints.last(where: { $0.kind == "network" && $0.removal == nil }) else { return nil }
        do {
            let id = ObjectID(digest: newest.object, size: newest.bytes)
            return .success(try await CheckpointMetadata.read(id, from: try await workspace.objects()))
        } catch {
            return .failure(error)
        }
    }

    private static func problem(_ result: Result<[String: String], any Error>) -> String? {
        guard case .failure(let error) = result else { return nil }
        return (error as? ObjectStoreError)?.problem ?? (error as? WorkflowError)?.problem ?? "it cannot be read"
    }
}

extension WorkflowError {
    static func unknownRound(run: String, round: Int) -> WorkflowError {
        WorkflowError(
            .badInput, "run \(run) has no round \(round)", remedy: "lacuna round list \(run) lists its rounds")
    }
}
