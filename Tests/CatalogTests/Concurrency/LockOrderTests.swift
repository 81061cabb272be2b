import Catalog
import Domain
import Jobs
import Postgres
import TestSupport
import Testing

/// Locks are taken in one order: what a daemon writes, and what withdraws its data or merges subjects, wait for each other, and the
/// server ends neither (SQLSTATE 40P01).
@Suite(.timeLimit(.minutes(5))) struct LockOrderTests {
    /// The calls of daemons that take the lock of pointers.
    enum Call: String, CaseIterable {
        case start, publish, finish
    }

    /// The removal is stopped between its two locks.
    @Test(arguments: Call.allCases) func aRemovalAndACallOfADaemon(_ call: Call) async throws {
        try await withRun(before: call) { place, held in
            let world = place.world
            let (remover, daemon) = (await world.manager.backendProcess, await world.trainer.backendProcess)
            let subject = try await world.catalog.subject(of: place.train)
            try await world.root.execute("begin; select from lacuna.job for update")
            async let removed = refusal {
                _ = try await world.catalog.withdraw(.subject(subject), recalling: true, reason: "consent")
            }
            try await world.root.awaitBlocked(remover)
            async let called = make(call, held, world.training)
            try await awaitBlocked(daemon, world)
            try await world.root.execute("commit")
            let states = try await (removed, called)
            #expect(states == (nil, "LA013"))
        }
    }

    /// An import merges subjects after it has recorded labels.
    @Test(arguments: Call.allCases) func aMergeByAnImportAndACallOfADaemon(_ call: Call) async throws {
        try await withRun(before: call) { place, held in
            let world = place.world
            let daemon = await world.trainer.backendProcess
            let kept = try await world.catalog.subject(of: place.train)
            let merged = try await world.catalog.subject(of: place.validation[0])
            try await world.manager.execute("begin; select pg_advisory_xact_lock_shared(lacuna.pointer_lock())")
            async let called = make(call, held, world.training)
            try await world.root.awaitBlocked(daemon)
            try await world.manager.execute(
                """
                insert into lacuna.change (activity_id) values (1);
                select lacuna.merge_subjects(\(kept), \(merged), (select max(id) from lacuna.change));
                commit;
                """)
            #expect(try await called == "LA001")
        }
    }

    // MARK: -

    /// In a session of its own: the root's holds a transaction.
    private func awaitBlocked(_ process: Int, _ world: World) async throws {
        let observer = try await world.connect(as: "postgres")
        try await observer.awaitBlocked(process)
        await observer.close()
    }

    /// The SQLSTATE with which the server refuses the call; nil on success.
    private func make(_ call: Call, _ held: HeldRun, _ training: TrainingCatalog) async throws -> String? {
        try await refusal {
            switch call {
            case .start:
                let start = RunStart(
                    name: "again", config: JSONText("{}"), configDigest: digest(7), seed: 1, split: "s",
                    origins: [.expert], trainsUnassigned: false, organs: ["liver"], modalities: ["CT"], gammas: [])
                _ = try await training.startRun(start, under: held.claim)
            case .publish:
                try await training.publish(
                    held.claim, round: held.rounds[0].id, from: "relabelling", to: "published", withheld: [:])
            case .finish:
                try await training.advance(
                    held.claim, round: held.rounds[1].id, from: "evaluated", to: "published", record: JSONText("{}"),
                    finishing: true)
            }
        }
    }

    /// A scheduled run that a daemon holds, in the state in which it makes the call.
    private func withRun(before call: Call, _ body: (ScheduleWorld, HeldRun) async throws -> Void) async throws {
        try await ScheduleWorld.with { place async throws in
            try await place.create { $0.adopt = .ifBetter }
            _ = try await place.world.catalog.runSchedule("n")
            let held = try await place.start(rounds: 1)
            switch call {
            case .start: break
            case .publish: try await place.world.reach("relabelling", held, 0)
            case .finish:
                try await place.world.publish(held, 0)
                try await place.world.reach("evaluated", held, 1)
            }
            try await body(place, held)
        }
    }
}
