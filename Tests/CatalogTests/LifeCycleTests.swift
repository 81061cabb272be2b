import Catalog
import Domain
import Jobs
import Postgres
import TestSupport
import Testing

/// The life cycle of runs and rounds, as docs/rounds.md states it.
@Suite struct LifeCycleTests {
    // MARK: - Transitions

    /// All pairs of states, of a round that publishes labels and of a last round, by every way to change a state.
    @Test func onlyTheLegalTransitionsAreMade() async throws {
        try await World.with { world async throws in
            let volume = try await world.catalog.add("A", scan: 1, [annotated("liver", 1)]).volume
            try await world.catalog.split("s", [(volume, .train)])
            for (name, rounds) in [("labels", 1), ("last", 0)] {
                let held = try await world.start(name, organs: ["liver"], rounds: rounds)
                try await Transitions(world, held, isLast: rounds == 0).check()
            }
        }
    }

    @Test func aRoundBeginsAfterTheRoundBeforeItIsPublished() async throws {
        try await withRun { world, held, _ async throws in
            for state in ["planned", "training", "trained", "confidenceFitted", "evaluated", "relabelling"] {
                try await world.reach(state, held, 0)
                let early = try await refusal { try await world.reach("training", held, 1) }
                #expect(early == "LA005", "\(state)")
            }
            try await world.publish(held, 0)
            try await world.reach("training", held, 1)
        }
    }

    @Test func aFailedRoundIsTriedAgainWithWhatItHasStored() async throws {
        try await withRun { world, held, volumes async throws in
            let checkpoint = try await world.checkpoint(held, 0)
            try await world.stage(held, 0, checkpoint, volumes[1], [("liver", 9, 0.5)])
            _ = try await world.enqueue(held, 0, [volumes[1]])
            try await world.advance(held, 0, "relabelling", "failed")
            #expect(try await world.jobStates() == ["cancelled|round 0 of run r is failed"])
            try await world.advance(held, 0, "failed", "planned")
            #expect(try await world.checkpoint(held, 0) == checkpoint)
            try await world.reach("relabelling", held, 0)
            #expect(try await world.root.number("select count(*) from lacuna.pseudo_label") == 1)
            #expect(try await world.enqueue(held, 0, [volumes[1]]) == 1)
            #expect(try await world.jobStates() == ["waiting|-"])
        }
    }

    // MARK: - Publication

    @Test func aRepeatedPublicationReturnsTheSameChange() async throws {
        try await withRun { world, held, volumes async throws in
            let checkpoint = try await world.checkpoint(held, 0)
            try await world.stage(held, 0, checkpoint, volumes[1], [("liver", 9, 0.5)])
            let first = try await world.published(held, 0)
            let pointers = "select t from lacuna.round_pointer t order by id"
            let shown = try await world.root.ask(pointers)
            #expect(try await world.published(held, 0) == first)
            #expect(try await world.published(held, 0, withheld: "liver") == first)
            let taken = try await world.takeOver(held)
            #expect(try await world.published(taken, 0) == first)
            let (stale, again) = (try await refusal { _ = try await world.published(held, 0) }, taken)
            #expect(stale == "LA001")
            #expect(try await world.root.ask(pointers) == shown)
            #expect(try await world.root.number("select count(*) from lacuna.withheld_organ") == 0)

            try await world.publish(again, 1)
            try await world.close(again, 2)
            let closed = try await refusal { _ = try await world.published(again, 0) }
            #expect(closed == "LA005")
        }
    }

    @Test func aRoundIsPublishedAfterItsVolumesAreRelabelled() async throws {
        try await withRun { world, held, volumes async throws in
            let checkpoint = try await world.checkpoint(held, 0)
            try await world.reach("relabelling", held, 0)
            #expect(try await world.enqueue(held, 0, [volumes[1], volumes[2]]) == 2)
            #expect(try await world.enqueue(held, 0, [volumes[2]], kind: "predict") == 1)
            for kind in ["relabel", "relabel", "predict"] {
                let open = try await refusal { _ = try await world.published(held, 0) }
                #expect(open == (kind == "predict" ? nil : "LA005"))
                guard kind == "relabel" else { break }
                try await world.workOff(kind)
            }
            #expect(
                try await world.jobStates() == [
                    "done|-", "done|-", "cancelled|round 0 of run r is published",
                ])
            #expect(checkpoint.rawValue > 0)
        }
    }

    /// Neither a withdrawn nor a newly held-out volume keeps a round from its publication.
    @Test func volumesThatCanNoLongerBeRelabelledAreNotAwaited() async throws {
        try await withRun { world, held, volumes async throws in
            _ = try await world.checkpoint(held, 0)
            try await world.reach("relabelling", held, 0)
            #expect(try await world.enqueue(held, 0, [volumes[1], volumes[2]]) == 2)
            #expect(try await world.catalog.withdraw(.volume(volumes[1]), recalling: false, reason: "damaged"))
            let open = try await refusal { _ = try await world.published(held, 0) }
            #expect(open == "LA005")
            try await world.catalog.createSplits(
                [NewSplit(name: "locked", members: [try await world.catalog.subject(of: volumes[2]): .test])],
                method: "listed", seed: nil, locksTest: true)
            _ = try await world.published(held, 0)
        }
    }

    // MARK: - Closed runs

    enum Closing: String, CaseIterable, Sendable {
        case finished, rolledBack, removed

        var state: String {
            switch self {
            case .finished: "LA005"
            case .rolledBack, .removed: "LA013"
            }
        }
    }

    /// Every function of the trainer API that is given a claim, on a run that is closed.
    @Test(arguments: Closing.allCases) func nothingIsWrittenToAClosedRun(_ closing: Closing) async throws {
        try await withRun { world, held, volumes async throws in
            try await world.publish(held, 0)
            _ = try await world.checkpoint(held, 1)
            try await world.reach("relabelling", held, 1)
            _ = try await world.enqueue(held, 1, [volumes[1]])
            let relabelling = try await world.claim("relabel")
            switch closing {
            case .finished:
                try await world.finish(relabelling)
                try await world.publish(held, 1)
                try await world.close(held, 2)
            case .rolledBack: #expect(try await world.catalog.rollBack(run: "r", organs: nil, to: nil, reason: "x"))
            case .removed:
                let subject = SubjectID(
                    Int64(try await world.catalog.subject(of: volumes[0]).rawValue))
                #expect(try await world.catalog.withdraw(.subject(subject), recalling: true, reason: "x"))
            }
            let calls = ClosedRunCalls(held, relabelling, volumes[1])
            #expect(
                Set(
                    try await world.root.ask(
                        """
                        select distinct proname from pg_proc where pronamespace = 'lacuna'::regnamespace
                        and has_function_privilege('lacunad', oid, 'execute') and 'p_job' = any (proargnames)
                        """
                    )
                ).subtracting(calls.all.keys) == [])
            let before = try await world.trace()
            for (function, variants) in calls.all {
                for arguments in variants {
                    let answer = try await world.trainer.refusal(of: "select lacuna.\(function)(\(arguments))")
                    #expect(answer == calls.answer(function, closing), "\(function)(\(arguments))")
                }
            }
            #expect(try await world.trace() == before)
            let jobs = try await world.manager.ask("select id from lacuna.job where state in ('waiting', 'running')")
            #expect(jobs == [])
        }
    }

    /// The revision that cancelled a run is part of the message, also after the data were restored.
    @Test func aCancelledRunNamesTheRevision() async throws {
        try await withRun { world, held, volumes async throws in
            let subject = try await world.catalog.subject(of: volumes[0])
            #expect(try await world.catalog.withdraw(.subject(subject), recalling: true, reason: "consent"))
            let revision = try await world.revision()
            #expect(try await world.catalog.restore(.subject(subject), reason: "given again"))
            do {
                _ = try await world.queue("w", 60).claim(run: held.run.id.rawValue)
                Issue.record("the run was claimed")
            } catch let error as PostgresError {
                #expect(error.sqlState == "LA013")
                #expect("\(error)".contains("cancelled by a removal at revision \(revision)"), "\(error)")
            }
        }
    }

    // MARK: - Runs

    /// Run r of two rounds that publish, and three volumes for training: one annotated, two blank.
    private func withRun(_ body: (World, HeldRun, [VolumeID]) async throws -> Void) async throws {
        try await World.with { world async throws in
            var volumes = [try await world.catalog.add("A", scan: 1, [annotated("liver", 1)]).volume]
            for scan in 2...3 { volumes.append(try await world.catalog.add("A", scan: scan).volume) }
            try await world.catalog.split("s", volumes.map { ($0, .train) })
            try await body(world, try await world.start("r", organs: ["liver"]), volumes)
        }
    }
}

/// Tries all transitions of the first round of a run.
private struct Transitions {
    let world: World
    let held: HeldRun
    let isLast: Bool
    let round: RoundID

    init(_ world: World, _ held: HeldRun, isLast: Bool) {
        (self.world, self.held, self.isLast) = (world, held, isLast)
        round = held.rounds[0].id
    }

    func check() async throws {
        let states = try await world.root.ask("select unnest(enum_range(null::lacuna.round_state))")
        #expect(states.count == 8)
        for from in states {
            try await force(from)
            for to in states {
                let pair = "\(from) to \(to), last: \(isLast)"
                let isLegal = legal[from, default: []].contains(to)
                let publishes = (from, to) == ("relabelling", "published") && !isLast
                let advanced = try await answer(
                    to: "lacuna.advance_round(\(claim), '\(from)', '\(to)', '{}')", on: world.trainer)
                #expect(advanced == (isLegal && !publishes ? nil : "LA005"), "\(pair)")
                let published = try await answer(
                    to: "lacuna.publish_round(\(claim), '\(from)', '\(to)', '{}', '{}')", on: world.trainer)
                let isRepeated = from == "published" && to == "published" && !isLast
                #expect(published == (publishes || isRepeated ? nil : "LA005"), "\(pair)")
                try await checkStatements(from, to, isLegal: isLegal)
            }
        }
    }

    /// Direct statements: the trainer and the manager may make none, the owner only the legal ones.
    private func checkStatements(_ from: String, _ to: String, isLegal: Bool) async throws {
        let update = "update lacuna.round set state = '\(to)' where id = \(round)"
        #expect(try await world.trainer.refusal(of: update) == "42501")
        #expect(try await world.manager.refusal(of: update) == "42501")
        let changes =
            "set published_change_id = case when gamma is not null and '\(to)' = 'published' then "
            + "coalesce(published_change_id, (select max(id) from lacuna.change)) end"
        let owned = try await answer(
            script: "\(update.replacing(" set ", with: " \(changes), "));", on: world.root)
        #expect(owned == (isLegal || from == to ? nil : "LA005"), "\(from) to \(to), last: \(isLast)")
    }

    private var claim: String { "\(held.claim.job), \(held.claim.token), \(round)" }

    private var legal: [String: Set<String>] {
        [
            "planned": ["training", "failed"], "training": ["trained", "failed"],
            "trained": ["confidenceFitted", "failed"], "confidenceFitted": ["evaluated", "failed"],
            "evaluated": [isLast ? "published" : "relabelling", "failed"],
            "relabelling": isLast ? ["failed"] : ["published", "failed"], "published": [], "failed": ["planned"],
        ]
    }

    /// Puts the round into a state without the triggers.
    private func force(_ state: String) async throws {
        try await world.root.execute(
            """
            begin;
            set local session_replication_role = replica;
            update lacuna.round set state = '\(state)', published_change_id =
                case when gamma is not null and '\(state)' = 'published' then (select max(id) from lacuna.change) end
            where id = \(round);
            commit
            """)
    }

    private func answer(to call: String, on connection: Connection) async throws -> String? {
        try await answer(script: "perform \(call);", on: connection)
    }

    /// The SQLSTATE of a refusal; what the script did is undone.
    private func answer(script: String, on connection: Connection) async throws -> String? {
        let state = try await connection.refusal(
            of: "do $$ begin \(script) raise exception 'done' using errcode = 'ZZ000'; end $$")
        return state == "ZZ000" ? nil : state
    }
}

/// A call of each function that is given a claim: of the run, and of a relabelling of it.
private struct ClosedRunCalls {
    let all: [String: [String]]

    init(_ held: HeldRun, _ relabelling: (job: Int, token: Int), _ volume: VolumeID) {
        let run = "\(held.claim.job), \(held.claim.token)"
        let job = "\(relabelling.job), \(relabelling.token)"
        let round = "\(held.rounds[1].id)"
        let mask = "'{liver}', '{16}', '{9}', array[sha256('m')], '{1}', '{1}', '{0,0,0,1,1,1}', '{0.5}'"
        let staged = "\(round), 1, \(volume), sha256('p'), 100, \(mask)"
        all = [
            "hold_claim": ["\(run), \(round)"], "hold_job": [run, job], "heartbeat": ["\(run), 60"],
            "release_claim": [run, job], "advance_round": ["\(run), \(round), 'relabelling', 'failed', '{}'"],
            "record_checkpoint": ["\(run), \(round), 'network', 'train', 9, sha256('n'), 500"],
            "record_evaluation": ["\(run), \(round), array[\(volume)]::bigint[], '{liver}', '{1}', '{1}', '{1}'"],
            "discard_checkpoint": ["\(run), \(round), 1, 'p', 'x'"], "tick_of_job": [run],
            "adopt_if_better": ["\(run), 'p'"],
            "record_selection": [
                "\(run), \(round), '{liver}', '{9}', array_fill(0.5::real, array[20]), array_fill(0.5::real, array[20])"
            ],
            "images_of_job": [run, job], "masks_of_job": [run, job], "record_descriptor": ["\(run), 1, 'x'"],
            "record_quality": ["\(run), \(round), 9, 0.5, 0.5, 0.9, 0.9"],
            "record_validation": ["\(run), \(round), 9, '{liver}', '{0.5}', '{2}'"],
            "record_guards": ["\(run), \(round), '{liver}', '{dice}', '{0.7}', '{0.5}', '{passed}'"],
            "stage_pseudo_labels": ["\(run), \(staged)", "\(job), \(staged)"],
            "publish_round": ["\(run), \(round), 'relabelling', 'published', '{}', '{}'"], "finish_run": [run],
            "enqueue_volumes": ["\(run), \(round), 'relabel', array[\(volume)]::bigint[]"],
            "complete_job": [run, job], "fail_job": ["\(run), 'x', 1", "\(job), 'x', 1"],
            "start_run": [
                "'again', '{}', sha256('c'), 1, 's', '{expert}', true, '{liver}', '{}', '{}', '{CT}', '{0.5}', 'p', \(run)"
            ],
        ]
    }

    func answer(_ function: String, _ closing: LifeCycleTests.Closing) -> String? {
        switch function {
        case "release_claim": nil
        case "heartbeat" where closing == .finished: nil  // its holder did the work
        default: closing.state
        }
    }
}

extension World {
    fileprivate func advance(_ held: HeldRun, _ round: Int, _ from: String, _ to: String) async throws {
        try await training.advance(
            held.claim, round: held.rounds[round].id, from: from, to: to, record: JSONText("{}"))
    }

    /// Publishes a round and returns the change.
    fileprivate func published(_ held: HeldRun, _ round: Int, withheld: String = "") async throws -> String {
        try await reach("relabelling", held, round)
        let reasons = withheld.isEmpty ? "" : "drift"
        return try await trainer.ask(
            "select lacuna.publish_round(\(held.claim.job), \(held.claim.token), \(held.rounds[round].id), 'relabelling', "
                + "'published', '{\(withheld)}', '{\(reasons)}')")[0]
    }

    fileprivate func enqueue(
        _ held: HeldRun, _ round: Int, _ volumes: [VolumeID], kind: String = "relabel"
    ) async throws -> Int {
        try await reach("relabelling", held, round)
        return try await trainer.number(
            "select lacuna.enqueue_volumes(\(held.claim.job), \(held.claim.token), \(held.rounds[round].id), '\(kind)', "
                + "array[\(volumes.map(\.description).joined(separator: ","))]::bigint[])")
    }

    fileprivate func claim(_ kind: String) async throws -> (job: Int, token: Int) {
        let claimed = try await trainer.ask(
            "select job_id, token from lacuna.claim_jobs('{\(kind)}', 'w', 60)")[0].split(separator: "|")
        return (try #require(Int(claimed[0])), try #require(Int(claimed[1])))
    }

    fileprivate func finish(_ claim: (job: Int, token: Int)) async throws {
        _ = try await trainer.ask("select lacuna.complete_job(\(claim.job), \(claim.token))")
    }

    fileprivate func workOff(_ kind: String) async throws { try await finish(try await claim(kind)) }

    /// The claim of a daemon that replaces a holder whose lease ended.
    fileprivate func takeOver(_ held: HeldRun) async throws -> HeldRun {
        try await root.execute(
            "update lacuna.job set lease_until = now() - interval '1 s' where id = \(held.claim.job)")
        let claim = try #require(
            try await queue("w2", 600).claim(run: held.run.id.rawValue))
        return HeldRun(run: held.run, claim: Claim(job: JobID(claim.job), token: claim.token), rounds: held.rounds)
    }

    /// State and reason of the jobs of volumes.
    fileprivate func jobStates() async throws -> [String] {
        try await root.ask("select state, reason from lacuna.job where round_id is not null order by id")
    }

    /// All that a call could change.
    fileprivate func trace() async throws -> [String] {
        var rows: [String] = []
        for table in [
            "run", "round", "checkpoint", "pseudo_label", "withheld_mask", "evaluation", "guard_result",
            "round_quality", "round_validation", "round_pointer", "change", "job",
        ] {
            rows += try await root.ask("select '\(table)', t from lacuna.\(table) t order by t::text")
        }
        return rows
    }
}
