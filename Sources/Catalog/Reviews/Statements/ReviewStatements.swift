import Domain
import Postgres

struct FindReviewTarget: Statement {
    static let sql = """
        with wanted as (select id from lacuna.organ where key = $2),
        found as (
            select a.mask_id, true as is_label, true as is_annotation, a.extent, 1 as part
            from lacuna.annotation_current c join lacuna.annotation a on a.id = c.annotation_id
            where c.volume_id = $1 and c.organ_id = (select id from wanted)
            union all
            select m.mask_id, m.is_label, false, null, case when m.is_label then 2 else 3 end
            from lacuna.reviewable_mask m where m.volume_id = $1 and m.organ_id = (select id from wanted))
        select m.id, m.content_sha256, m.object_digest, m.object_offset, m.object_length, f.is_label, f.is_annotation, f.extent,
            not f.is_annotation
        from found f left join lacuna.mask m on m.id = f.mask_id
        where not $3 or not f.is_label order by f.part limit 1
        """
    let volume: VolumeID
    let organ: OrganKey
    let withheld: Bool
    var binds: [any PostgresBindable] { [volume, organ, withheld] }
    func decode(_ row: PostgresRow) throws -> ReviewTarget {
        ReviewTarget(
            mask: try MaskLocation.ifPresent(in: row, from: 0), isLabel: try row.decode(5),
            isAnnotation: try row.decode(6), limits: try LabelLimits(row, from: 7))
    }
}

struct FindReviewReaders: Statement {
    static let sql = """
        select r.needs_two, r.opinion, r.action::text, r.person, r.mask_id
        from lacuna.review_readers($1, (select id from lacuna.organ where key = $2), $3, $4) r
        """
    let volume: VolumeID
    let organ: OrganKey
    let mask: MaskID?
    let person: String
    var binds: [any PostgresBindable] { [volume, organ, mask, person] }
    func decode(_ row: PostgresRow) throws -> ReviewReaders {
        guard let event: Int64 = try row.decode(1) else {
            return ReviewReaders(needsTwo: try row.decode(0), opinion: nil)
        }
        return ReviewReaders(
            needsTwo: try row.decode(0),
            opinion: ReviewReaders.Opinion(
                event: event, action: try ReviewAction(row.field(2)), person: try row.decode(3),
                mask: try row.decode(4)))
    }
}

struct DecideReview: Statement {
    static let sql = """
        select the_mask, the_change is not null
        from lacuna.decide_review($1, $2, $3::lacuna.review_action, $4, $5, $6, $7::float8::real, $8::float8::real, $9, $10, $11, $12, $13,
            $14, $15, $16::integer[], $17::integer[], $18::integer::smallint, $19, $20, $21, $22::float8::real, $23::float8::real)
        """
    let decision: ReviewDecision
    let content: AnnotationContent?
    let program: String
    var binds: [any PostgresBindable] {
        let mask = content?.mask
        return [
            decision.volume, decision.organ, decision.action.rawValue, decision.mask, decision.person, decision.reason,
            decision.minutes, decision.dice, program, mask?.content, mask?.object, mask?.offset, mask?.length,
            mask?.voxels, mask?.knownVoxels, mask?.box.bounds, content?.extent?.bounds, decision.readers,
            decision.adjudicates, decision.agreement?.other, decision.agreement?.agrees, decision.agreement?.dice,
            decision.agreement?.nsd,
        ]
    }
    func decode(_ row: PostgresRow) throws -> RecordedReview {
        RecordedReview(mask: try row.decode(0), isChange: try row.decode(1))
    }
}

struct ListReviews: Statement {
    static let sql = """
        select r.volume_id, lacuna.case_name(r.volume_id, null), o.key, r.state::text, r.person, r.mask_id, r.made_mask_id,
            to_char(r.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
        from lacuna.review_current r join lacuna.organ o on o.id = r.organ_id
        where ($1::text is null or r.state::text = $1) and ($2::text is null or r.person = $2) and ($3::text is null or o.key = $3)
        order by r.volume_id, o.position
        """
    let state: ReviewState?
    let person: String?
    let organ: OrganKey?
    var binds: [any PostgresBindable] { [state?.rawValue, person, organ] }
    func decode(_ row: PostgresRow) throws -> ReviewRow {
        ReviewRow(
            volume: try row.decode(0), caseName: try row.decode(1), organ: try row.decode(2),
            state: try ReviewState(row.field(3)), person: try row.decode(4), mask: try row.decode(5),
            made: try row.decode(6), time: try row.decode(7))
    }
}

struct HistoryOfReview: Statement {
    static let sql = """
        select r.id, r.action::text, r.state::text, r.person, r.login, r.reason, r.mask_id, r.made_mask_id, r.dice, r.minutes, c.revision,
            to_char(r.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), r.is_opinion, r.compared_id, r.agrees,
            r.agreement_dice, r.agreement_nsd
        from lacuna.review r left join lacuna.change c on c.id = r.change_id
        where r.volume_id = $1 and r.organ_id = (select id from lacuna.organ where key = $2) order by r.id
        """
    let volume: VolumeID
    let organ: OrganKey
    var binds: [any PostgresBindable] { [volume, organ] }
    func decode(_ row: PostgresRow) throws -> ReviewEvent {
        let state: String? = try row.decode(2)
        return ReviewEvent(
            id: try row.decode(0), action: try ReviewAction(row.field(1)),
            state: try state == nil ? nil : ReviewState(row.field(2)),
            person: try row.decode(3), login: try row.decode(4), reason: try row.decode(5), mask: try row.decode(6),
            made: try row.decode(7), dice: try row.decode(8), minutes: try row.decode(9), revision: try row.decode(10),
            time: try row.decode(11), isOpinion: try row.decode(12),
            agreement: try ReaderAgreement.ifPresent(in: row, from: 13))
    }
}

/// One mask of each organ in a volume, a label before a withheld mask.
struct ListReviewCandidates: Statement {
    static let sql = """
        with item as materialized (
            select distinct on (m.volume_id, m.organ_id) m.*, w.reason
            from lacuna.reviewable_mask m
            left join lacuna.withheld_mask w on not m.is_label and (w.round_id, w.volume_id, w.organ_id) =
                ((select lacuna.newest_published_round()), m.volume_id, m.organ_id)
            where $1::text is null or m.organ_id = (select id from lacuna.organ where key = $1)
            order by m.volume_id, m.organ_id, m.is_label desc
        ), trained as (
            select i.organ_id, count(*) as n
            from (select run_id from lacuna.adoption order by id desc limit 1) a join lacuna.run_input i on i.run_id = a.run_id
            join lacuna.annotation t on t.id = i.annotation_id and t.status = 'annotated'
            where i.part = 'train' group by i.organ_id
        ), pace as (
            select r.organ_id, percentile_cont(0.5) within group (order by r.minutes) as minutes
            from lacuna.review r where r.minutes is not null group by r.organ_id
        )
        select i.volume_id, lacuna.case_name(i.volume_id, null), o.key, o.position, i.mask_id, i.soft_dice, i.dice, i.dice_lower,
            i.dice_upper, i.reason, m.voxels, b.voxels, case when g.largest <= 1.001 * g.smallest then m.voxels * g.smallest / 1000 end,
            coalesce(t.n, 0), p.minutes,
            array(select distinct a.person from lacuna.review a
                  where a.volume_id = i.volume_id and a.organ_id = i.organ_id and a.action = 'assign' and a.id > coalesce((
                    select max(e.id) from lacuna.review e
                    where e.volume_id = i.volume_id and e.organ_id = i.organ_id and e.state <> 'in_review'), 0) order by 1),
            array(select distinct s.person from lacuna.review s
                  where s.volume_id = i.volume_id and s.organ_id = i.organ_id and s.mask_id = i.mask_id
                    and (s.action = 'skip' or s.is_opinion) order by 1)
        from item i
        join lacuna.organ o on o.id = i.organ_id join lacuna.mask m on m.id = i.mask_id left join lacuna.mask b on b.id = m.parent_id
        left join trained t on t.organ_id = i.organ_id left join pace p on p.organ_id = i.organ_id
        left join lateral (
            select min(s.spacing[1] * s.spacing[2] * s.spacing[3]) as smallest,
                max(s.spacing[1] * s.spacing[2] * s.spacing[3]) as largest
            from lacuna.source s where s.volume_id = i.volume_id) g on true
        order by i.volume_id, o.position
        """
    let organ: OrganKey?
    var binds: [any PostgresBindable] { [organ] }
    func decode(_ row: PostgresRow) throws -> ReviewCandidate {
        var found = ReviewCandidate(
            volume: try row.decode(0), organ: try row.decode(2), position: try row.decode(3), mask: try row.decode(4),
            voxels: try row.decode(10))
        found.caseName = try row.decode(1)
        found.quality = try MaskQuality.ifPresent(in: row, from: 5)
        found.withheld = try row.decode(9)
        found.voxelsBefore = try row.decode(11)
        found.millilitres = try row.decode(12)
        found.annotations = try row.decode(13)
        found.medianMinutes = try row.decode(14)
        found.assigned = try row.decode(15)
        found.skippedBy = try row.decode(16)
        return found
    }
}

/// Of several decisions of a person about one mask the last counts; minutes are those of all.
struct TotalsOfReviews: Statement {
    static let sql = """
        with decision as (
            select r.*, row_number() over (
                partition by r.volume_id, r.organ_id, r.person, r.mask_id, r.action = 'skip' order by r.id desc) = 1 as is_last
            from lacuna.review r
            where r.action <> 'assign' and ($2::text is null or r.person = $2)
              and not exists (select from lacuna.withheld_volume h where h.volume_id = r.volume_id)
        )
        select o.key, r.person, count(*) filter (where r.is_last and r.action = 'accept'),
            count(*) filter (where r.is_last and r.action = 'reject'),
            count(*) filter (where r.is_last and r.action in ('submit', 'edit')),
            count(*) filter (where r.is_last and r.action = 'absent'), count(*) filter (where r.is_last and r.action = 'skip'),
            avg(r.dice) filter (where r.is_last and r.action = 'submit'), sum(r.minutes)::float8,
            percentile_cont(0.5) within group (order by r.minutes), count(r.compared_id) filter (where r.is_last),
            count(*) filter (where r.is_last and r.agrees), avg(r.agreement_dice) filter (where r.is_last),
            avg(r.agreement_nsd) filter (where r.is_last)
        from decision r join lacuna.organ o on o.id = r.organ_id
        where $1::text is null or o.key = $1
        group by o.key, o.position, r.person order by o.position, r.person
        """
    let organ: OrganKey?
    let person: String?
    var binds: [any PostgresBindable] { [organ, person] }
    func decode(_ row: PostgresRow) throws -> ReviewTotals {
        ReviewTotals(
            organ: try row.decode(0), person: try row.decode(1), accepted: try row.decode(2),
            rejected: try row.decode(3), edited: try row.decode(4), absent: try row.decode(5),
            skipped: try row.decode(6), dice: try row.decode(7), minutes: try row.decode(8),
            medianMinutes: try row.decode(9), compared: try row.decode(10), agreeing: try row.decode(11),
            agreementDice: try row.decode(12), agreementNSD: try row.decode(13))
    }
}

extension ReaderAgreement {
    /// Four columns; nil where the first is null.
    fileprivate static func ifPresent(in row: PostgresRow, from column: Int) throws -> ReaderAgreement? {
        guard let other: Int64 = try row.decode(column) else { return nil }
        return ReaderAgreement(
            with: other, agrees: try row.decode(column + 1), dice: try row.decode(column + 2),
            nsd: try row.decode(column + 3))
    }
}

extension ReviewAction {
    fileprivate init(_ field: PostgresField) throws {
        guard let action = ReviewAction(rawValue: try String.decode(field)) else {
            throw field.mismatch("an action of a review")
        }
        self = action
    }
}

extension ReviewState {
    fileprivate init(_ field: PostgresField) throws {
        guard let state = ReviewState(rawValue: try String.decode(field)) else {
            throw field.mismatch("a state of a review")
        }
        self = state
    }
}
