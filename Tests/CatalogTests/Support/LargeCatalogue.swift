import Domain
import Postgres
import TestSupport
import Testing

@testable import Catalog
@testable import Jobs

/// A catalogue of 20,000 generated volumes with 400,000 label states, compacted and analysed, and statements that ask it for
/// things that it has.
struct LargeCatalogue {
    /// What a manager's session runs while a person or a program waits for it.
    let managers: [any Statement]
    /// What a daemon runs for each volume or step.
    let trainers: [any Statement]
    let release: ReleaseHandle
    let activity: ActivityID
    /// A mask of volume 77's liver and what it belongs to.
    let annotation: Int64
    let mask: MaskID

    static func make(in world: World) async throws -> LargeCatalogue {
        try await world.catalog.add("A", scan: 1_000_000, [annotated("liver", 1)])
        try await world.catalog.split("s", [(VolumeID(1), .train)])
        for n in 5...20 {
            try await world.manager.execute(
                "insert into lacuna.organ (key, name, position) values ('o\(n)', 'o\(n)', \(n))")
        }
        let held = try await world.start("r", unassigned: true)
        let checkpoint = try await world.checkpoint(held, 0)
        try await world.root.execute(script(round: held.rounds[0].id, checkpoint: checkpoint))
        try await world.publish(held, 0)
        try await world.root.execute("select lacuna.compact_coverage()")
        try await world.root.execute("analyze")
        let release = try await world.manager.number("select release_id from lacuna.source where volume_id = 77")
        let dataset = try await world.manager.number("select dataset_id from lacuna.release where id = \(release)")
        let activity = try await world.manager.number("select max(id) from lacuna.activity where agent = 'lacuna'")
        let facts = try await Facts(
            world, held, checkpoint, release: Int32(release), dataset: DatasetID(Int64(dataset)))
        return LargeCatalogue(
            managers: facts.managers, trainers: facts.trainers,
            release: ReleaseHandle(release: Int32(release), dataset: DatasetID(Int64(dataset))),
            activity: ActivityID(Int64(activity)), annotation: facts.annotation, mask: facts.mask)
    }

    /// Eight organs of each volume are annotated, twelve relabelled by the round.
    private static func script(round: RoundID, checkpoint: CheckpointID) -> String {
        """
        set search_path = lacuna, pg_catalog;
        begin;
        insert into change (activity_id) values (1);
        insert into subject (name) select 's' || n from generate_series(1, 20000) n;
        insert into subject_alias select 1, 'k' || id, id from subject where name like 's%';
        insert into volume (subject_id, identity, orientation_blind, clipped, shape_x, shape_y, shape_z, modality, change_id)
        select id, sha256(id::text::bytea), sha256(id::text::bytea), sha256(id::text::bytea), 9, 9, 9, 'CT',
            (select max(id) from change) from subject where name like 's%';
        insert into source (volume_id, release_id, case_name, file, file_sha256, file_bytes, affine, spacing, orientation,
            qform_code, sform_code, storage_type, change_id)
        select v.id, 1, 'c' || v.id, 'images/c' || v.id, v.identity, 1, array_fill(1, array[12]), '{1,1,1}', 'RAS', 0, 1, 'int16',
            change_id from volume v where v.id > 1;
        insert into label_file (source_id, file, file_sha256, file_bytes, change_id)
        select id, 'labels/' || case_name, file_sha256, 1, change_id from source where volume_id > 1;
        insert into object (digest, kind, bytes) select sha256(('o' || n)::bytea), 'annotation', 100 from generate_series(1, 20100) n;
        insert into mask (volume_id, organ_id, activity_id, content_sha256, object_digest, object_offset, object_length, voxels, box)
        select v.id, o.id, 1, v.identity, sha256(('o' || v.id)::bytea), 0, 1, 1, '{0,0,0,1,1,1}'
        from volume v cross join organ o where v.id > 1;
        insert into annotation (volume_id, organ_id, release_id, status, origin, mask_id, label_file_id, change_id)
        select m.volume_id, m.organ_id, 1, 'annotated', 'expert', m.id, f.id, (select max(id) from change)
        from mask m join source s on s.volume_id = m.volume_id join label_file f on f.source_id = s.id
        where m.organ_id in (select id from organ order by position limit 8) and m.volume_id > 1;
        insert into pseudo_label (round_id, volume_id, organ_id, mask_id, checkpoint_id, confidence)
        select \(round), m.volume_id, m.organ_id, m.id, \(checkpoint), (m.id % 200) / 200.0 from mask m
        where m.organ_id not in (select id from organ order by position limit 8) and m.volume_id > 1;
        insert into mask (volume_id, organ_id, activity_id, content_sha256, object_digest, object_offset, object_length, voxels, box)
        select v.id, o.id, 1, v.identity, sha256(('o' || v.id)::bytea), 0, 1, 1, '{0,0,0,1,1,1}'
        from volume v cross join organ o where v.id > 1 and o.key = 'o5';
        insert into withheld_mask (round_id, volume_id, organ_id, mask_id, checkpoint_id, confidence, reason)
        select \(round), m.volume_id, m.organ_id, max(m.id), \(checkpoint), 0.5, 'lowQuality' from mask m join organ o on o.id = m.organ_id
        where o.key = 'o5' and m.volume_id > 1 group by m.volume_id, m.organ_id;
        insert into job (kind, state, round_id, volume_id, ended_at)
        select k, 'done', \(round), v.id, now() from volume v cross join unnest(array['predict', 'relabel']::job_kind[]) k
        where v.id > 1;
        commit;
        reset search_path;
        """
    }

    /// Run by `Catalog.write` for each case.
    static let recording: [any Statement.Type] = [
        FindSource.self, InsertAnnotations.self, InsertChange.self, InsertLabelFile.self, InsertMaskFiles.self,
        InsertMasks.self, StoreObjects.self, InsertShippedLabels.self, InsertSource.self, InsertSubject.self,
        InsertSubjectAlias.self,
        InsertVolume.self, MergeSubjects.self, LabelFilesOfSource.self, LockObjectsShared.self, LockPointersShared.self,
        LockSubject.self, LockVolume.self, SetUnknownModality.self, CorrectModality.self, LabelsOfRelease.self,
        LabelsOfOtherCases.self,
        AreApart.self,
        IsNamedOtherwise.self, JoinsOfSubject.self,
    ]

    /// The types of `managers` and `trainers`.
    static let hot: [any Statement.Type] = [
        AnnotationIsCurrent.self, CatalogueUUID.self, CheckpointExists.self, CompactCoverage.self, CountOrgans.self,
        CoverageOfRounds.self, CoverageOfSplits.self, CoverageOfDatasets.self, CurrentPolicy.self, CurrentRevision.self,
        DatasetExists.self, DatasetIsRemoved.self, DescribeSubject.self, DescribeVolume.self, EnsureDataset.self,
        FindDataset.self, FindMask.self, FindPurgeOfMask.self, FindPurgeOfVolume.self, FindRelease.self, FindRunID.self,
        IsOpenRun.self, FindSplit.self, LabelHistory.self,
        LineageBackward.self, LineageForward.self, ListLabels.self, ListOrgans.self, ListProposedAnnotations.self,
        ListWithheldMasks.self,
        ListLabelVersions.self,
        ListVolumes.self, ListVolumesOfDataset.self, LocateMask.self, MaskFactsInObject.self, HistoryOfMasks.self,
        MasksInObject.self, NewestCorrection.self, OrganExists.self, OrganNumbers.self, PublishedRounds.self,
        FindExchangedScan.self, FindReplacedVolume.self, FindWithholding.self, PurgedSubject.self,
        ReasonOfWithholding.self,
        ResolveSubject.self, ResolveVolume.self, CurrentAnnotations.self, ClaimRun.self, FindHolder.self,
        FindRun.self, Heartbeat.self, StoredCheckpoints.self, CheckpointsOfRound.self, HistoryOfRound.self,
        UnusedObjects.self, AdvanceRound.self, StagePseudoLabels.self,
        ReleaseClaim.self, ClaimJobs.self, ClaimRoundJobs.self, ImagesOfJob.self, MasksOfJob.self,
        RecordDescriptor.self, CompleteJob.self, EnqueueVolumes.self,
        ExpireLeases.self, FailJob.self, FindRound.self, FindRunOfRound.self, FireTicks.self, DescribeJob.self,
        ListJobs.self,
        RoleOfSession.self, RecordEvaluation.self, ActivityIsPartition.self, ContentsOfObject.self, CurrentRun.self,
        DescribeDuplicates.self, EndWaiting.self, FindCountingLabel.self, InsertMaskCentres.self, InsertWaiting.self,
        LimitsOfMask.self, InsertSeries.self, SourceOfMask.self, FindSubjectClash.self,
        PurgedSubjectOfSeries.self, CompetingAnnotations.self,
        CurrentAnnotationsOfOrgans.self, EarlierAnnotations.self, SourcesOfScan.self,
        ExportLabels.self, ExportRunLabels.self, WithheldOrgans.self, InsertActivity.self, InsertExportMasks.self,
        InsertDescriptor.self, InsertMask.self, InsertMaskInputs.self, InsertPartitionMasks.self, MakersOfMasks.self,
        RecordCheckpoint.self,
        AnnotationOfRater.self, AnnotationsOfPartition.self,
        DecideReview.self, FindReviewReaders.self, FindReviewTarget.self, HistoryOfReview.self,
    ]

    /// Rows of history that a person or a partition adds for one volume; they belong to a change that is open.
    static func corrections(_ change: ChangeID, annotation: Int64, mask: MaskID) -> [any Statement] {
        let personal = PersonalAnnotation(volume: VolumeID(77), organ: "liver", rater: "somebody", origin: .expert)
        return [
            InsertCorrections(
                volume: personal.volume, organ: "liver", status: .absent, sources: [.person], change: change),
            InsertPersonalAnnotation(
                annotation: personal, status: .annotated, mask: mask, extent: nil, parent: nil, change: change),
            InsertPartitionAnnotations(annotation: annotation, sides: ["liver"], masks: [mask], change: change),
            UndoAnnotations(annotations: [annotation], change: change),
        ]
    }

    /// The types of `corrections`.
    static let correcting: [any Statement.Type] = [
        InsertPartitionAnnotations.self, InsertPersonalAnnotation.self, InsertCorrections.self, UndoAnnotations.self,
    ]

    private static let whole = "it reports on the whole catalogue, dataset or release"
    private static let rare = "a person's single act, which moves everything that it names"
    private static let small = "it adds rows to small tables, or a few rows"
    private static let steady = "it reads tables that do not grow with volumes"
    private static let training = "it reads all that a run or a round has, once"

    /// Statements that may read a table from end to end, or that need no look, and why.
    static let exempt: [String: String] = [
        "ListReviews": "it reads the reviews", "ListReviewCandidates": whole, "TotalsOfReviews": "it reads the reviews",
        "AdoptRun": rare, "RollBack": rare, "OverrideOrgans": rare, "QualityOfRound": steady, "GuardsOfRound": steady,
        "OverridesOfRound": steady, "QualityOfLabels": steady, "CountWithheldMasks": training,
        "CountEmptyWithheldMasks": training, "ListMeetingLabels": training, "RecordQuality": small,
        "RecordGuards": small, "RecordValidation": small, "ValidationsOfRound": steady, "OpenTestPart": rare,
        "TestVolumes": training, "TestLabels": training, "RecordTestEvaluation": rare,
        "TestEvaluationOfRun": "it reads one row of each of some small tables", "TestResultsOfRun": training,
        "TestOpeningsOfRun": steady, "ExclusionsOfTestPart": training,
        "SetPolicy": rare, "Withdraw": rare, "PurgeRemoved": rare,
        "PurgePlan": rare, "ListPurgeImages": rare, "ListPurgeDescriptors": rare, "DescribePurge": rare,
        "ListImageDigests": whole, "PurgedImages": "it looks up what one cache holds, when a daemon starts",
        "RemovalPlan": rare, "PublishRound": rare, "StartRun": rare,
        "InsertSplit": rare,
        "InsertSplitMembers": rare, "CountSplits": rare, "DeferCountingOfSplits": "a setting of the transaction",
        "ListRevisions": "a page of the log, by revision", "RevisionAt": "it reads the revisions, once",
        "IsWithdrawn": steady, "IsWithdrawnSince": rare, "RecalledRounds": "it reads the rounds that are recalled",
        "LockedSubjects": rare, "LockedVolumes": rare,
        "CreateSchedule": rare, "PauseSchedule": rare, "ResumeSchedule": rare, "RunSchedule": rare,
        "RetrySchedule": rare,
        "RemoveSchedule": rare, "ListSchedules": small, "NamesOfSchedules": small, "ActionsOnSchedule": small,
        "DescribeSchedule": "it counts the annotations that a run would use", "HistoryOfSchedules": "a page of ticks",
        "OpenProposals": small, "ComparisonOfRun": small, "DecisionOnRun": small, "TickOfJob": "once for a run",
        "AdoptIfBetter": "once for a run",
        "SplitsWithLockedSubjects": rare,
        "HeldOutDice": "it averages the evaluations, which are of held-out volumes only",
        "LockImport": "a lock", "UnlockImport": "a lock", "LockObjectsExclusively": "a lock",
        "LockJobs": "a lock", "LockPointersExclusively": "a lock",
        "AnnotatedOrgans": whole, "ListRecordedFiles": whole, "FilesOfRelease": whole,
        "FindCases": "it joins a list of cases with all",
        "ListDatasets": whole, "ListImageFiles": whole, "ListLicences": whole, "ListObjects": whole,
        "ListSplits": whole, "ListSubjectRows": whole, "ListSubjects": whole, "OrgansBySplit": whole,
        "PairedCases": whole, "PairedLabels": whole, "ProposedDuplicates": "it compares all volumes with each other",
        "CoverageSteps": "it sums up all recorded changes of counts, for a chart",
        "HeldOutMasks": training, "SelectionsOfRun": training, "RecordSelection": small, "DiceOfRound": training,
        "AnnotatedSizes": training,
        "RoundConfidences": whole, "DiceOfRun": whole, "ListRounds": whole,
        "RoundLabels": training, "RoundMasks": training, "MasksBefore": training,
        "RoundsOfRun": "it counts a run's labels, when one of its rounds changes its state",
        "EnqueueImages": whole,
        "CancelJob": rare, "RetryJob": rare, "CountVolumeJobs": training, "StartingWeights": training,
        "ListVolumeResults": training, "FindStoppedVolume": training,
        "RunLabels": training, "RunVolumes": training,
        "FinishRun": small, "Ping": "it reads nothing",
        "CountRoundLabels": "it counts a round's labels, when they are published",
        "CountJobs": "it counts the jobs that are not done, some times a minute, for the metrics",
        "InsertLabelMap": small, "InsertLicences": small,
        "InsertOrganLinks": rare, "InsertOrganSynonyms": small, "InsertOrgans": small,
        "InsertRelease": small, "SetReleaseRoot": small, "CountWithoutDescriptor": whole,
        "DatasetLabelCounts": whole, "ImagesOfDataset": whole, "ListDescriptors": whole,
        "ListPartitionCandidates": whole, "ListWaiting": whole, "ListWaitingFiles": whole, "LoadOrganLinks": steady,
        "MakersOfRun": training, "SnapshotPartsOfRun": training, "FindRoundDetails": training,
        "PruneCheckpoints": rare, "ReadPruningPlan": rare, "DiscardCheckpoint": rare, "LostInputs": training,
        "ConfigurationOfRun": steady,
        "LoadOrganSynonyms": steady,
        "LoadOrgans": steady, "ClassMappingOfRun": steady, "SeriesSalt": steady, "SetOrganHosts": small,
        "NamesObjects": "its first row answers", "StopRunsWithSubject": rare,
        "TakeJoinApart": rare, "SeparateVolumes": rare, "PresentSubject": rare,
        "ListSeriesHolders": whole, "ListSeparations": rare,
        "BindKeys": whole, "InsertStatedKeys": whole, "KeysInSubject": rare, "KeysToBind": whole,
        "ListIdentifierJoins": rare,
        "ListKeyedSources": whole, "ListStatedKeys": whole, "ListSubjectKeys": whole, "PurgedAmong": rare,
        "SubjectsOfKeys": whole,
        "UnsupportedJoin": rare, "NameOfSubject": rare, "VolumesOfJoin": rare,
        "VolumesWithoutDescriptor": whole,
        "ListDifferingAnnotations": whole, "ListDifferingHeaders": whole, "ListDifferingSubjects": whole,
        "ListAnnotatedInAbsent": whole, "ListOrganPairs": whole, "ListWholesWithoutDivisions": whole,
        "InsertOrganOverlaps": small, "HoldAnnotations": rare,
        "InsertOverlaps": small, "CentresOfSidedMasks": whole, "InsertFlips": small, "SidedMasksWithoutCentre": whole,
    ]
}

/// What the statements ask for.
private struct Facts {
    let managers: [any Statement]
    let trainers: [any Statement]
    let annotation: Int64
    let mask: MaskID

    init(_ world: World, _ held: HeldRun, _ checkpoint: CheckpointID, release: Int32, dataset: DatasetID) async throws {
        let volume = VolumeID(77)
        let object = try #require(
            Digest(
                hex: try await world.root.ask(
                    "select encode(object_digest, 'hex') from lacuna.mask where volume_id = 77 limit 1")[0]))
        annotation = Int64(
            try await world.root.number(
                """
                select min(a.id) from lacuna.annotation a join lacuna.organ o on o.id = a.organ_id
                where a.volume_id = 77 and o.key = 'liver'
                """))
        mask = MaskID(
            Int64(try await world.root.number("select mask_id from lacuna.annotation where id = \(annotation)")))
        let other = MaskID(Int64(try await world.root.number("select max(id) from lacuna.mask where volume_id = 77")))
        let activity = ActivityID(
            Int64(try await world.root.number("select max(id) from lacuna.activity where agent = 'lacuna'")))
        let revision = Revision(Int64(try await world.revision()))
        let personal = PersonalAnnotation(volume: volume, organ: "liver", rater: "somebody", origin: .expert)
        var drawn = CatalogTests.mask(88_000_003)
        drawn.object = object
        let identity = try #require(
            Digest(
                hex: try await world.root.ask("select encode(identity, 'hex') from lacuna.volume where id = 77")[0]))
        let subject = try await world.catalog.subject(of: volume)
        let absentLiver = LabelClaim(organ: "liver", status: .absent, origin: .expert, voxels: 0)
        var exchanged = CatalogTests.source(scan: 78, case: "c78", subject: "k78")
        exchanged.identity = identity
        let source = SourceID(
            Int64(try await world.root.number("select id from lacuna.source where volume_id = 77")))
        // The run does not learn the organ; its labels are visible all the same.
        try await world.root.execute(
            "insert into lacuna.pseudo_pointer select id, \(held.rounds[0].id) from lacuna.organ where key = 'o20'")
        let visible = MaskID(
            Int64(
                try await world.root.number(
                    """
                    select l.mask_id from lacuna.pseudo_label l join lacuna.organ o on o.id = l.organ_id
                    where l.volume_id = 77 and o.key = 'o20'
                    """)))
        managers = [
            AnnotationIsCurrent(annotation: annotation), CatalogueUUID(), CheckpointExists(checkpoint: checkpoint),
            CheckpointsOfRound(round: held.rounds[0].id), HistoryOfRound(round: held.rounds[0].id),
            UnusedObjects(objects: [object]),
            CompactCoverage(), CountOrgans(), CoverageOfRounds(), CoverageOfSplits(),
            CoverageOfDatasets(revision: nil, byDataset: true), CoverageOfDatasets(revision: nil, byDataset: false),
            CurrentPolicy(), CurrentRevision(), DatasetExists(name: "A"), DatasetIsRemoved(name: "A"),
            DescribeSubject(subject: subject), DescribeVolume(id: volume), EnsureDataset(name: "A"),
            FindDataset(name: "A"),
            FindMask(mask: mask), FindPurgeOfMask(mask: mask), FindPurgeOfVolume(volume: volume),
            FindRelease(dataset: dataset, name: "1"), FindRunID(name: "r"), IsOpenRun(run: held.run.id),
            FindSplit(name: "s"),
            LabelHistory(volume: volume, organ: "liver"), LineageBackward(kind: "mask", id: mask.rawValue),
            LineageForward(kind: "mask", id: mask.rawValue),
            ListLabels(revision: nil, volume: volume, organ: nil, dataset: nil), ListOrgans(),
            ListProposedAnnotations(volume: volume, organ: nil, dataset: nil),
            ListWithheldMasks(volume: volume, organ: nil, dataset: nil),
            ListLabelVersions(volume: volume, organ: "liver"),
            ListVolumes(after: volume, limit: 100, withheld: true),
            ListVolumes(after: nil, limit: 100, withheld: false),
            ListVolumesOfDataset(dataset: "A", after: volume, limit: 100, withheld: true),
            LocateMask(volume: volume, organ: "o20"), MaskFactsInObject(object: object),
            HistoryOfMasks(volume: volume, organ: "liver"), MasksInObject(object: object),
            NewestCorrection(volume: volume, organ: "liver"),
            OrganExists(organ: "liver"), OrganNumbers(), PublishedRounds(run: held.run.id),
            FindExchangedScan(source: exchanged, release: release),
            FindReplacedVolume(source: exchanged, release: release),
            FindWithholding(identity: identity, dataset: dataset, key: "k77"),
            PurgedSubject(identity: identity, dataset: dataset, key: "k77"), ReasonOfWithholding(volume: volume),
            ResolveSubject(name: "A/k77"),
            ResolveVolume(name: "77", files: ["/data/77", "/data/A/images/c77"]),
            ResolveVolume(name: "images/c77", files: ["/data/A/images/c77"]),
            CurrentAnnotations(volume: volume, organ: "liver"),
            CompetingAnnotations(
                volume: volume, place: CasePlace(dataset: dataset, release: nil), claims: [absentLiver]),
            EarlierAnnotations(volume: volume, release: release, caseName: "c77", claims: [absentLiver]),
            CurrentAnnotationsOfOrgans(volume: volume, release: release, caseName: "c77"),
            SourcesOfScan(identity: identity, release: release, caseName: "c77"),
            ActivityIsPartition(activity: ActivityID(1)), ContentsOfObject(object: object), CurrentRun(),
            DescribeDuplicates(volumes: [volume, VolumeID(78)]),
            EndWaiting(release: release, files: ["labels/w"], activity: ActivityID(1)),
            FindCountingLabel(volume: volume, organ: "liver"), LimitsOfMask(mask: mask), SourceOfMask(mask: mask),
            InsertMaskCentres(centres: [MaskCentre(mask: mask, centre: .zero)]),
            InsertWaiting(
                release: release,
                labels: [
                    WaitingRecord(
                        caseName: "w", subjectKey: "w",
                        file: FileRecord(path: "labels/w", sha256: digest(99_000_001), bytes: 1))
                ], activity: ActivityID(1)),
            FindSubjectClash(source: exchanged, dataset: dataset),
            PurgedSubjectOfSeries(
                series: SeriesRecord(patient: digest(99_000_002), study: digest(99_000_003), series: nil),
                dataset: dataset),
            InsertSeries(
                source: source,
                series: SeriesRecord(
                    patient: digest(99_000_002), study: digest(99_000_003), series: digest(99_000_004))),
            ExportLabels(revision: revision, volume: volume, datasets: []),
            ExportLabels(revision: revision, volume: volume, datasets: ["A"]),
            ExportRunLabels(revision: revision, volume: volume, run: "r"),
            WithheldOrgans(run: "r", number: 0), MakersOfMasks(masks: [mask, other]),
            InsertActivity(
                kind: .export, program: "tests",
                parameters: JSONText(#"{"format": "nnunet", "output": "/out", "datasets": ["A"]}"#)),
            InsertExportMasks(activity: activity, masks: [mask, other]),
            InsertDescriptor(volume: volume, record: DescriptorRecord(version: 1, descriptor: [1])),
            InsertMask(annotation: personal, mask: drawn, activity: activity),
            InsertMaskInputs(mask: mask, inputs: [other]),
            InsertPartitionMasks(annotation: annotation, sides: ["liver"], masks: [drawn], activity: activity),
            AnnotationOfRater(annotation: personal), AnnotationsOfPartition(activity: activity),
            FindReviewTarget(volume: volume, organ: "o20", withheld: false),
            HistoryOfReview(volume: volume, organ: "o20"),
            FindReviewReaders(volume: volume, organ: "o20", mask: visible, person: "ann"),
            DecideReview(
                decision: ReviewDecision(
                    volume: volume, organ: "o20", action: .reject, mask: visible, person: "ann"),
                content: nil, program: "tests"),
            DescribeJob(job: held.claim.job.rawValue),
            ListJobs(states: [.waiting, .running, .dead, .done], kinds: JobKind.allCases, run: nil, limit: 100),
        ]
        let claim = JobClaim(job: held.claim.job.rawValue, token: held.claim.token)
        try await world.reach("training", held, 1)
        try await world.catalog.split("training", [(volume, .train)])
        let relabelling = try await world.start("relabelling", split: "training", organs: ["o20"])
        let network = try await world.checkpoint(relabelling, 0)
        try await world.reach("relabelling", relabelling, 0)
        try await world.catalog.split("validating", [(volume, .validation)])
        let evaluated = try await world.start("evaluated", split: "validating")
        try await world.reach("confidenceFitted", evaluated, 0)
        var predicted: [JobClaim] = []
        for held in [relabelling, evaluated] {
            let (queue, round) = (world.jobs, held.rounds[0].id.rawValue)
            let run = JobClaim(job: held.claim.job.rawValue, token: held.claim.token)
            _ = try await queue.enqueue(.predict, volumes: [volume.rawValue], ofRound: round, under: run)
            predicted.append(try #require(try await queue.claim(.predict, ofRound: round).first).claim)
        }
        try await world.root.execute(
            """
            insert into lacuna.job (kind, volume_id, descriptor_version)
            select k, \(volume.rawValue), v from unnest('{verify,fingerprint}'::lacuna.job_kind[], '{null,1}'::integer[]) w (k, v)
            """)
        var images: [Claim] = []
        for kind in [JobKind.verify, .fingerprint] {
            let claim = try #require(try await world.jobs.claim([kind]).first).claim
            images.append(Claim(job: JobID(claim.job), token: claim.token))
        }
        var stored = CatalogTests.mask(88_000_001)
        stored.object = digest(88_000_002)
        trainers = [
            FireTicks(),
            RoleOfSession(), FindRun(name: "r"), FindRound(round: held.rounds[0].id),
            FindRunOfRound(round: held.rounds[0].id),
            FindHolder(run: held.run.id.rawValue),
            Heartbeat(claim: claim, lease: 60), StoredCheckpoints(round: held.rounds[0].id, kind: .network),
            AdvanceRound(
                claim: held.claim, round: held.rounds[1].id, from: "training", to: "trained", record: JSONText("{}")),
            StagePseudoLabels(
                claim: relabelling.claim, round: relabelling.rounds[0].id, checkpoint: network, volume: volume,
                masks: [StagedMask(organ: "o20", mask: stored, confidence: 0.5)]),
            RecordEvaluation(
                claim: evaluated.claim, round: evaluated.rounds[0].id,
                results: [
                    EvaluationRecord(
                        volume: volume, organ: "liver", dice: 0.5, predictedMillilitres: 1, referenceMillilitres: 1)
                ]),
            RecordCheckpoint(
                claim: held.claim, round: held.rounds[1].id, kind: .network, part: .train, step: 9,
                digest: digest(88_000_004), bytes: 1),
            EnqueueVolumes(
                claim: JobClaim(job: relabelling.claim.job.rawValue, token: relabelling.claim.token),
                round: relabelling.rounds[0].id.rawValue, kind: .relabel, volumes: [volume.rawValue]),
            ClaimJobs(kinds: JobKind.allCases, worker: "w", lease: 60, limit: 1),
            ClaimRoundJobs(
                round: relabelling.rounds[0].id.rawValue, kind: .relabel, worker: "w", lease: 60, limit: 1),
            CompleteJob(claim: predicted[1], result: "{}"),
            ImagesOfJob(claim: images[0]), MasksOfJob(claim: images[0]),
            RecordDescriptor(claim: images[1], record: DescriptorRecord(version: 1, descriptor: [])),
            FailJob(claim: predicted[0], reason: "no memory", pause: 60, final: false), ExpireLeases(),
            ClaimRun(run: held.run.id.rawValue, worker: "w2", lease: 60), ReleaseClaim(claim: claim),
        ]
    }
}
