import Foundation
import TestSupport
import Testing

extension DaemonTests {
    /// Checkpoints of real runs: the same after a kill, and replaced by earlier ones where their bytes are damaged.
    @Suite struct CheckpointTests {
        @Test func aKilledRunStoresTheSameCheckpointsOnTheWay() async throws {
            let whole = try await World.current.makePlace()
            #expect(try await whole.daemon().status == 0)
            let killed = try await World.current.makePlace()
            for moment in ["round 0: training", "round 0: trained", "round 1: training", "round 1: trained"] {
                let daemon = try killed.startDaemon()
                #expect(await daemon.reports(moment))
                daemon.signal(SIGKILL)
                _ = await daemon.end()
            }
            #expect(try await killed.daemon().status == 0)
            #expect(try await killed.allCheckpoints() == whole.allCheckpoints())
            #expect(try await whole.allCheckpoints().count == 5 + 3 + 3 + 3)
            #expect(try await killed.labels() == whole.labels())
        }

        enum Damage: CaseIterable, Sendable {
            case flipped, cut, missing
        }

        @Test(arguments: Damage.allCases)
        func theRoundGoesOnFromTheCheckpointBeforeADamagedOne(damage: Damage) async throws {
            try await World.with { place in
                try await place.finishRunAndReopenLastRound()
                try await place.damageCheckpoints(damage, "r.number = 2 and (c.step = 12 or c.kind = 'confidence')")
                let ending = try await place.daemon()
                #expect(ending.status == 0, "\(ending.errors)")
                #expect(
                    ending.errors.contains("warning: round 2: the checkpoint of step 12 is damaged and discarded"),
                    "\(ending.errors)")
                #expect(ending.errors.contains("the checkpoint of step 5 is damaged"), "the confidence, of five steps")
                try await place.expectDiscarded(2)
            }
        }

        @Test func theRoundBeginsAgainWhereAllOfItsCheckpointsAreDamaged() async throws {
            try await World.with { place in
                try await place.finishRunAndReopenLastRound()
                try await place.damageCheckpoints(.flipped, "r.number = 2 and c.kind = 'network'")
                let ending = try await place.daemon()
                #expect(ending.status == 0, "\(ending.errors)")
                try await place.expectDiscarded(3)
            }
        }

        @Test func nothingIsTrainedWithoutTheWeightsOfTheRoundBefore() async throws {
            try await World.with { place in
                try await place.finishRunAndReopenLastRound()
                try await place.damageCheckpoints(.flipped, "r.number > 0 and c.kind = 'network'")
                for _ in 0..<2 {
                    let ending = try await place.daemon()
                    #expect(ending.status == 6, "\(ending.errors)")
                    #expect(ending.errors.contains("file: \(place.objects)"), "\(ending.errors)")
                    #expect(ending.errors.contains("remedy: restore"), "\(ending.errors)")
                }
            }
        }
    }
}

extension Place {
    /// Every checkpoint with bytes: round, kind, step, object.
    func allCheckpoints() async throws -> [String] {
        try await ask(
            """
            select r.number, c.kind, c.step, encode(c.object_digest, 'hex')
            from lacuna.checkpoint c join lacuna.round r on r.id = c.round_id where c.removal is null order by 1, 2, 3
            """)
    }

    /// Runs a run to its end, and sets its last round back to the moment between its last checkpoint and its next state.
    func finishRunAndReopenLastRound() async throws {
        let whole = try await daemon()
        try #require(whole.status == 0, "\(whole.errors)")
        // No legal transition leads back: the statement's triggers are off.
        _ = try await ask(
            """
            with off as materialized (select set_config('session_replication_role', 'replica', true) as role),
                r as (update lacuna.round set state = 'training', record = jsonb_build_object('trainedOn', record -> 'trainedOn')
                    from off where number = 2 and off.role = 'replica' returning 1),
                u as (update lacuna.run set finished = false returning 1),
                j as (update lacuna.job set state = 'waiting', ended_at = null, worker = null where kind = 'run' returning 1)
            select (select count(*) from r), (select count(*) from u), (select count(*) from j)
            """)
    }

    /// Damages the objects of checkpoints `c` of rounds `r`.
    func damageCheckpoints(_ damage: DaemonTests.CheckpointTests.Damage, _ condition: String) async throws {
        let digests = try await ask(
            """
            select encode(c.object_digest, 'hex') from lacuna.checkpoint c join lacuna.round r on r.id = c.round_id
            where \(condition)
            """)
        #expect(!digests.isEmpty)
        for digest in digests {
            let path = object(digest)
            var bytes = try Data(contentsOf: URL(filePath: path))
            try FileManager.default.removeItem(atPath: path)
            switch damage {
            case .flipped: bytes[bytes.count / 2] ^= 1
            case .cut: bytes.removeLast(10)
            case .missing: continue
            }
            try bytes.write(to: URL(filePath: path))
        }
    }

    /// The path of an object's file.
    func object(_ digest: String) -> String { "\(objects)/\(digest.prefix(2))/\(digest.dropFirst(2))" }

    /// The run ended as an undisturbed one, its damaged checkpoints are recorded, and nothing is damaged any more.
    func expectDiscarded(_ count: Int) async throws {
        try await WholeRun.expect(sameAs: self, "after damage")
        #expect(try await number("select count(*) from lacuna.checkpoint where removal = 'damaged'") == count)
        #expect(
            try await number(
                "select count(*) from lacuna.object o join lacuna.activity a on a.id = o.purged_by where a.kind = 'training'"
            ) == 0, "the same bytes are stored again")
        let verified = try await lacuna("verify", "--read-data")
        #expect(verified.status == 0, "\(verified.output)")
    }
}
