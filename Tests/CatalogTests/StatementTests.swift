import Foundation
import Postgres
import TestSupport
import Testing

@testable import Catalog
@testable import Jobs

/// Statements that a manager's session runs.
private let managerStatements: [any Statement.Type] = [
    AdoptRun.self,
    AnnotatedOrgans.self,
    AnnotationIsCurrent.self,
    CaseFingerprints.self,
    CatalogueUUID.self,
    CentresOfSidedMasks.self,
    CheckpointExists.self,
    CompactCoverage.self,
    CountOrgans.self,
    CountWithoutFingerprint.self,
    CoverageByRound.self,
    CoverageBySplit.self,
    CoverageCounts.self,
    CurrentPolicy.self,
    CurrentRevision.self,
    DatasetExists.self,
    DatasetIsRemoved.self,
    DatasetsOfRun.self,
    DescribeDuplicates.self,
    DescribeSubject.self,
    EnsureDataset.self,
    ExportLabels.self,
    ExportRunLabels.self,
    FilesOfRelease.self,
    FindCases.self,
    FindDataset.self,
    FindMask.self,
    FindRelease.self,
    FindRunID.self,
    FindSource.self,
    FindSplit.self,
    HeldBackOrgans.self,
    InsertActivity.self,
    InsertAnnotations.self,
    InsertChange.self,
    InsertExportMasks.self,
    InsertFingerprint.self,
    InsertLabelFile.self,
    InsertLabelMap.self,
    InsertLicences.self,
    InsertMask.self,
    InsertMaskCentres.self,
    InsertMaskInputs.self,
    InsertMasks.self,
    InsertObjects.self,
    InsertOrganLinks.self,
    InsertOrganSynonyms.self,
    InsertOrgans.self,
    InsertPersonalWord.self,
    InsertRelease.self,
    InsertShippedLabels.self,
    InsertSource.self,
    InsertSplit.self,
    InsertSplitMembers.self,
    InsertSubject.self,
    InsertSubjectAlias.self,
    InsertTurns.self,
    InsertVolume.self,
    InsertWords.self,
    JoinSubjects.self,
    LabelFilesOfSource.self,
    LabelHistory.self,
    LineageBackward.self,
    LineageForward.self,
    ListDatasets.self,
    ListFingerprints.self,
    ListImageFiles.self,
    ListLabels.self,
    ListLicences.self,
    ListObjects.self,
    ListOrgans.self,
    ListRounds.self,
    ListSplits.self,
    ListStandingVersions.self,
    ListSubjectRows.self,
    ListSubjects.self,
    ListVolumes.self,
    LocateMask.self,
    LockObjectsExclusively.self,
    LockObjectsShared.self,
    LockPointersExclusively.self,
    LockPointersShared.self,
    LockSubject.self,
    LockVolume.self,
    MaskFactsInObject.self,
    MaskHistory.self,
    MasksInObject.self,
    NewestCorrection.self,
    OrganExists.self,
    OrgansBySplit.self,
    PairedCases.self,
    PairedLabels.self,
    ProposedDuplicates.self,
    PublishedRounds.self,
    PurgeRemoved.self,
    PurgeableObjects.self,
    ReasonOfWithholding.self,
    RemovalPlan.self,
    ResolveSubject.self,
    ResolveVolume.self,
    RollBack.self,
    RoundConfidences.self,
    RoundDice.self,
    SetPolicy.self,
    SetReleaseRoot.self,
    SidedMasksWithoutCentre.self,
    StandingWords.self,
    UndoAnnotations.self,
    UnionKnownCounts.self,
    VolumesWithoutFingerprint.self,
    Withdraw.self,
    WordOfRater.self,
    WordsOfRelease.self,
]

/// Statements that the daemon's session runs.
private let trainerStatements: [any Statement.Type] = [
    AdvanceRound.self,
    CatalogueUUID.self,
    ClaimRun.self,
    CompactCoverage.self,
    FindHolder.self,
    FindRun.self,
    FinishRun.self,
    Heartbeat.self,
    ListOrgans.self,
    LockObjectsShared.self,
    NewestCheckpoint.self,
    PublishRound.self,
    RecordCheckpoint.self,
    RecordEvaluation.self,
    ReleaseClaim.self,
    RoundLabels.self,
    RoundsOfRun.self,
    RunLabels.self,
    RunVolumes.self,
    SessionRole.self,
    StagePseudoLabels.self,
    StagedVolumes.self,
    StartRun.self,
]

/// Every statement is good SQL for this schema.
@Suite struct StatementTests {
    @Test func everyStatementPreparesForItsRole() async throws {
        try await withDatabase(role: "lacuna") { manager, settings async throws in
            for type in managerStatements { try await check(type, on: manager) }
            let trainer = try await Connection.connect(settings.with(user: "lacunad"))
            for type in trainerStatements { try await check(type, on: trainer) }
        }
    }

    @Test func everyStatementOfTheSourcesIsListed() throws {
        let listed = Set((managerStatements + trainerStatements).map { String(describing: $0) })
        let declared = try Set(["Catalog", "Jobs"].flatMap { try statementNames(in: "\(packageRoot)/Sources/\($0)") })
        #expect(declared.subtracting(listed).sorted() == [])
        #expect(listed.subtracting(declared).sorted() == [])
    }

    private func check<S: Statement>(_ type: S.Type, on connection: Connection) async throws {
        await #expect(throws: Never.self, "\(type)") { try await connection.check(type) }
    }

    /// Names of the structures that declare themselves `: Statement`.
    private func statementNames(in folder: String) throws -> [String] {
        let files = try #require(FileManager.default.enumerator(atPath: folder)?.allObjects as? [String])
        return try files.filter { $0.hasSuffix(".swift") }.flatMap { file in
            try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
                .matches(of: /struct ([A-Za-z]+)(?:<[^>]*>)?: (?:[A-Za-z, ]*\b)?Statement\b/).map { String($0.1) }
        }
    }
}
