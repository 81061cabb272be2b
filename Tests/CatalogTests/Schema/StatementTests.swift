import Foundation
import Postgres
import TestSupport
import Testing

@testable import Catalog
@testable import Jobs

/// Statements that a manager's session runs.
let managerStatements: [any Statement.Type] = [
    ActivityIsPartition.self,
    AdoptRun.self,
    AnnotatedOrgans.self,
    AnnotationIsCurrent.self,
    ListRecordedFiles.self,
    CatalogueUUID.self,
    CentresOfSidedMasks.self,
    CheckpointExists.self,
    CompactCoverage.self,
    CompetingAnnotations.self,
    CurrentAnnotationsOfOrgans.self,
    EarlierAnnotations.self,
    InsertOverlaps.self,
    ListAnnotatedInAbsent.self,
    ListDifferingAnnotations.self,
    ListDifferingHeaders.self,
    SourcesOfScan.self,
    ContentsOfObject.self,
    CountOrgans.self,
    CountSplits.self,
    CountWithoutDescriptor.self,
    CoverageOfDatasets.self,
    CoverageOfRounds.self,
    CoverageOfSplits.self,
    CurrentPolicy.self,
    CurrentRevision.self,
    CurrentRun.self,
    DatasetExists.self,
    DatasetIsRemoved.self,
    DatasetLabelCounts.self,
    DeferCountingOfSplits.self,
    DescribeDuplicates.self,
    DescribeSubject.self,
    DescribeVolume.self,
    EndWaiting.self,
    EnsureDataset.self,
    ExportLabels.self,
    ExportRunLabels.self,
    FilesOfRelease.self,
    FindCases.self,
    FindCountingLabel.self,
    FindDataset.self,
    FindExchangedScan.self,
    FindMask.self,
    FindRelease.self,
    FindReplacedVolume.self,
    FindRunID.self,
    FindSource.self,
    FindSplit.self,
    FindWithholding.self,
    WithheldOrgans.self,
    ImagesOfDataset.self,
    InsertActivity.self,
    InsertAnnotations.self,
    InsertChange.self,
    InsertExportMasks.self,
    InsertDescriptor.self,
    InsertLabelFile.self,
    InsertLabelMap.self,
    InsertLicences.self,
    InsertMask.self,
    InsertMaskCentres.self,
    InsertMaskFiles.self,
    InsertMaskInputs.self,
    InsertMasks.self,
    InsertObjects.self,
    InsertOrganLinks.self,
    InsertOrganSynonyms.self,
    InsertOrgans.self,
    InsertPartitionMasks.self,
    InsertPartitionAnnotations.self,
    InsertPersonalAnnotation.self,
    InsertRelease.self,
    InsertShippedLabels.self,
    InsertSource.self,
    InsertSplit.self,
    InsertSplitMembers.self,
    InsertSubject.self,
    InsertSubjectAlias.self,
    InsertFlips.self,
    InsertVolume.self,
    InsertWaiting.self,
    InsertCorrections.self,
    MergeSubjects.self,
    LabelFilesOfSource.self,
    LabelHistory.self,
    LimitsOfMask.self,
    LineageBackward.self,
    LineageForward.self,
    ListDatasets.self,
    ListDescriptors.self,
    ListImageFiles.self,
    ListLabels.self,
    ListLicences.self,
    ListObjects.self,
    ListOrgans.self,
    ListPartitionCandidates.self,
    ListProposedAnnotations.self,
    ListRounds.self,
    ListSplits.self,
    ListLabelVersions.self,
    ListSubjectRows.self,
    ListSubjects.self,
    ListVolumes.self,
    ListVolumesOfDataset.self,
    ListWaiting.self,
    ListWaitingFiles.self,
    LoadOrganLinks.self,
    LoadOrganSynonyms.self,
    LoadOrgans.self,
    LocateMask.self,
    LockObjectsExclusively.self,
    LockObjectsShared.self,
    LockPointersExclusively.self,
    LockPointersShared.self,
    LockSubject.self,
    LockVolume.self,
    MakersOfMasks.self,
    MakersOfRun.self,
    MaskFactsInObject.self,
    HistoryOfMasks.self,
    MasksInObject.self,
    ClassMappingOfRun.self,
    NamesObjects.self,
    NewestCorrection.self,
    OrganExists.self,
    OrganNumbers.self,
    OrgansBySplit.self,
    PairedCases.self,
    PairedLabels.self,
    ProposedDuplicates.self,
    PublishedRounds.self,
    PurgeRemoved.self,
    PurgeableObjects.self,
    PurgedSubject.self,
    ReasonOfWithholding.self,
    RecordSeries.self,
    RemovalPlan.self,
    ResolveSubject.self,
    ResolveVolume.self,
    RollBack.self,
    RoundConfidences.self,
    DiceOfRun.self,
    SeriesSalt.self,
    SetOrganHosts.self,
    SetPolicy.self,
    SetReleaseRoot.self,
    SidedMasksWithoutCentre.self,
    SourceOfMask.self,
    CurrentAnnotations.self,
    SetUnknownModality.self,
    StopRunsBetweenParts.self,
    UndoAnnotations.self,
    VolumesWithoutDescriptor.self,
    Withdraw.self,
    AnnotationOfRater.self,
    AnnotationsOfPartition.self,
    LabelsOfRelease.self,
]

/// Statements that the daemon's session runs.
let trainerStatements: [any Statement.Type] = [
    AdvanceRound.self,
    CatalogueUUID.self,
    ClaimRun.self,
    CompactCoverage.self,
    CurrentRun.self,
    FindHolder.self,
    FindRun.self,
    FinishRun.self,
    Heartbeat.self,
    ListOrgans.self,
    LoadOrganLinks.self,
    LoadOrganSynonyms.self,
    LoadOrgans.self,
    LockObjectsShared.self,
    NewestCheckpoint.self,
    PublishRound.self,
    RecordCheckpoint.self,
    RecordEvaluation.self,
    ReleaseClaim.self,
    RoleOfSession.self,
    RoundLabels.self,
    RoundsOfRun.self,
    RunLabels.self,
    RunVolumes.self,
    StagePseudoLabels.self,
    StagedVolumes.self,
    StartRun.self,
]

/// Every statement is valid SQL for this schema.
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
