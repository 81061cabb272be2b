import Catalog
import Domain
import Postgres
import TestSupport
import Testing

/// Every function that the trainer may execute, with hostile arguments.
@Suite struct TrainerAttackTests {
    /// A new function of the trainer API needs a hostile call.
    @Test func everyCallableFunctionIsAttacked() async throws {
        try await World.with { world async throws in
            let callable = try await world.root.ask(
                """
                select distinct p.proname from pg_proc p where p.pronamespace = 'lacuna'::regnamespace
                and has_function_privilege('lacunad', p.oid, 'execute')
                """)
            #expect(Set(callable).subtracting(HostileCall.all.map(\.function)) == [])
        }
    }

    @Test func hostileCallsAreRefusedAndChangeNothing() async throws {
        try await World.with { world async throws in
            let attack = try await Attack(world)
            for moment in HostileCall.Moment.allCases {
                try await attack.reach(moment)
                let before = try await attack.trace()
                for call in HostileCall.all where call.moment == moment {
                    let answer = try await attack.answer(to: call)
                    #expect(answer == call.answer, "\(call)")
                }
                #expect(try await attack.trace() == before, "\(moment)")
            }
        }
    }

    /// The claim of a run is of no use to another trainer, and its token is not shown.
    @Test func aClaimIsOfOneLogin() async throws {
        try await World.with { world async throws in
            let attack = try await Attack(world)
            try await attack.reach(.training)
            let claim = attack.claim
            try await world.root.execute("create role another_trainer login in role lacuna_trainer")
            try await world.root.execute("set session authorization another_trainer")
            for call in [
                "hold_claim(\(claim.job), \(claim.token), null)", "finish_run(\(claim.job), \(claim.token))",
            ] {
                #expect(try await world.root.refusal(of: "select lacuna.\(call)") == "LA001", "\(call)")
            }
            let beat = try await world.root.ask("select lacuna.heartbeat(\(claim.job), \(claim.token), 60)")
            #expect(beat == ["lost"])
            try await world.root.execute("select lacuna.release_claim(\(claim.job), \(claim.token))")
            #expect(try await world.root.refusal(of: "select token from lacuna.job") == "42501")
            try await world.root.execute("reset session authorization")
            let held = try await world.trainer.ask("select lacuna.heartbeat(\(claim.job), \(claim.token), 60)")
            #expect(held == ["held"])
            try await world.root.execute("drop role another_trainer")
        }
    }

    /// Gammas are taken in order, whatever the bounds of the array.
    @Test func theBoundsOfTheGammasDoNotMatter() async throws {
        try await World.with { world async throws in
            let attack = try await Attack(world)
            let run = try await world.trainer.ask(
                "select lacuna.start_run('g', '{}', sha256('c'), 1, 's', '{expert}', true, '{liver}', '{}', '{}', '{CT}', "
                    + "'[2:3]={0.5,0.75}', 'p')")[0]
            let gammas = try await world.trainer.ask(
                "select coalesce(gamma::text, 'none') from lacuna.round where run_id = \(run) order by number")
            #expect(gammas == ["0.5", "0.75", "none"], "\(attack.known)")
        }
    }

    /// Staged labels and checkpoints keep no bytes of a removed subject from their destruction.
    @Test func aPurgeIsNotBlockedByTheTrainer() async throws {
        try await World.with { world async throws in
            let attack = try await Attack(world)
            try await attack.reach(.training)
            let subject = try await world.catalog.subject(of: attack.known)
            #expect(try await world.catalog.withdraw(.subject(subject), recalling: true, reason: "consent"))
            _ = try await world.manager.ask("select lacuna.purge_removed(null, \(subject), 'consent', 'x')")
            let purged = try await world.manager.ask(
                "select encode(digest, 'hex') from lacuna.purge_plan(null, \(subject)) where purged_at is not null")
            #expect(purged.contains(attack.annotation.description))
            #expect(try await world.catalog.purgePlan(.subject(subject)).allSatisfy { $0.purged != nil })
        }
    }

    @Test func lockedTestSubjectsAreHiddenFromRunsOfEverySplit() async throws {
        try await World.with { world async throws in
            let attack = try await Attack(world)
            for (name, split) in [("early", "early"), ("unassigned", "s")] {
                let run = try await world.start(name, split: split, unassigned: true).run.id
                let seen = try await world.trainer.ask(
                    "select volume_id from lacuna.run_volumes(\(run)) union select volume_id from lacuna.run_labels(\(run))"
                )
                #expect(!seen.isEmpty && !seen.contains(attack.locked.description), "\(name)")
            }
            let refused = try await refusal { try await world.catalog.split("late", [(attack.locked, .train)]) }
            #expect(refused == "LA014")
            try await world.catalog.split("held", [(attack.locked, .test)])
        }
    }
}

/// Run r of the split s with two organs and two rounds, and all that the calls name.
private struct Attack {
    let world: World
    let known: VolumeID
    let locked: VolumeID
    let annotation: Digest
    private let held: HeldRun
    var claim: Claim { held.claim }
    private let names: [(name: String, value: String)]

    init(_ world: World) async throws {
        let catalog = world.catalog
        known = try await catalog.add("A", scan: 1, [annotated("liver", 1), annotated("stomach", 2)]).volume
        let blank = try await catalog.add("A", scan: 2).volume
        let validation = try await catalog.add("A", scan: 3, [annotated("liver", 3)]).volume
        let test = try await catalog.add("A", scan: 4, [annotated("liver", 4)]).volume
        locked = try await catalog.add("A", scan: 5, [annotated("spleen", 5)]).volume
        let magnetic = try await catalog.add("A", scan: 6).volume
        let other = try await catalog.add("A", scan: 7).volume
        try await world.root.execute("update lacuna.volume set modality = 'MR' where id = \(magnetic)")
        try await catalog.split("early", [(known, .train), (locked, .train)])
        try await catalog.createSplits(
            [NewSplit(name: "locked", members: [try await catalog.subject(of: locked): .test])], method: "listed",
            seed: nil, locksTest: true)
        try await catalog.split(
            "s",
            [
                (known, .train), (blank, .train), (magnetic, .train), (other, .train), (validation, .validation),
                (test, .test),
            ])
        held = try await world.start("r", organs: ["liver", "spleen"])
        let second = try await world.training.startRun(world.runStart("other"))
        let foreign = try await world.start("foreign", organs: ["liver"])
        try await world.stage(foreign, 0, try await world.checkpoint(foreign, 0), other, [("liver", 50, 0.5)])
        try await world.root.execute(
            """
            insert into lacuna.object (digest, kind, bytes, purged_at, purged_by)
            select d, k::lacuna.object_kind, 100, now(), (select min(id) from lacuna.activity)
            from (values ('\\x\(digest(60))'::bytea, 'annotation'), ('\\x\(digest(61))', 'prediction')) v (d, k)
            """)
        annotation = mask(1).object
        self.world = world
        let job = try await world.root.ask("select id from lacuna.job where run_id = \(second.id)")[0]
        names = [
            ("LAST_ROUND", "\(held.rounds[2].id)"), ("NEXT_ROUND", "\(held.rounds[1].id)"),
            ("OTHER_ROUND", "\(try await world.training.rounds(of: second.id)[0].id)"), ("OTHER_JOB", job),
            ("OTHER", "\(second.id)"), ("ROUND", "\(held.rounds[0].id)"), ("JOB", "\(held.claim.job)"),
            ("TOKEN", "\(held.claim.token)"), ("RUN", "\(held.run.id)"),
            ("CHECKPOINT", "(select id from lacuna.checkpoint where round_id = \(held.rounds[0].id))"),
            ("ANNOTATION", "'\\x\(annotation)'"), ("PURGED", "'\\x\(digest(61))'"),
            ("PREDICTED", "'\\x\(digest(5_000_050))'"),
            ("WEIGHTS", "(select object_digest from lacuna.checkpoint where round_id = \(held.rounds[0].id))"),
            ("VALIDATION", "\(validation)"), ("BLANK", "\(blank)"), ("KNOWN", "\(known)"), ("LOCKED", "\(locked)"),
            ("TEST", "\(test)"), ("MR", "\(magnetic)"),
        ]
    }

    func reach(_ moment: HostileCall.Moment) async throws {
        switch moment {
        case .planned: break
        case .training: _ = try await world.checkpoint(held, 0)
        case .published: try await world.publish(held, 0)
        case .finished:
            try await world.publish(held, 1)
            try await world.close(held, 2)
        default: try await world.reach(moment.rawValue, held, 0)
        }
    }

    func answer(to call: HostileCall) async throws -> HostileCall.Answer {
        var arguments = call.arguments
        for (name, value) in names { arguments = arguments.replacing(name, with: value) }
        let script = "select * from lacuna.\(call.function)(\(arguments))"
        if let state = try await world.trainer.refusal(of: script) { return .refused(state) }
        return .rows(try await world.trainer.ask(script))
    }

    /// All that a call could change.
    func trace() async throws -> [String] {
        var rows: [String] = []
        for table in [
            "run", "round", "checkpoint", "pseudo_label", "evaluation", "object", "mask", "round_pointer", "adoption",
            "withheld_organ", "withheld_mask", "label_quality", "organ_override", "guard_result", "round_quality",
            "round_validation",
            "test_opening", "test_evaluation", "test_exclusion", "test_result",
            "change", "activity",
            "run_input", "round_event",
        ] {
            rows += try await world.root.ask("select '\(table)', t from lacuna.\(table) t order by t::text")
        }
        return rows
            + (try await world.root.ask("select id, state, token, worker, attempts, reason from lacuna.job order by id"))
    }
}
