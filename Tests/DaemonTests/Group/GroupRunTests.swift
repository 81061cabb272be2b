import Foundation
import Tensors
import TestSupport
import Testing

extension ServiceTests {
    /// A run that two processes train together.
    @Suite struct GroupRunTests {
        /// Two processes with half of the batch have the losses of one process with all of it, and publish the same labels.
        @Test func twoProcessesTrainAsOneWithTheWholeBatch() async throws {
            let (alone, shared) = (try await World.current.makePlace(), try await World.current.makePlace())
            let whole = try await alone.startDaemon(.shared(batch: 2), "--log-level", "debug").end()
            try #require(whole.status == 0, "\(whole.errors)")
            let before = try await shared.annotations()
            let endings = await (try shared.startGroup(.shared(batch: 1), logs: "debug")).end()
            try #require(endings.map(\.status) == [0, 0], "\(endings.map(\.errors))")
            #expect(whole.losses.count == 36 && endings[0].losses.keys == whole.losses.keys)
            for (step, loss) in whole.losses {
                let ours = endings[0].losses[step] ?? .nan
                #expect(abs(ours - loss) < 1e-5, "\(step): \(ours) instead of \(loss)")
            }
            #expect(endings[1].output == "" && endings[1].errors == "", "\(endings[1].errors)")
            try await shared.expectInvariants(annotations: before, "after the run of two processes")
            #expect(try await shared.rounds() == alone.rounds())
            let (ours, theirs) = (try await shared.labelsWithoutBits(), try await alone.labelsWithoutBits())
            #expect(ours.keys == theirs.keys && !ours.isEmpty)
            for (label, voxels) in theirs {
                // A last bit decides the class of a voxel now and then.
                #expect(abs((ours[label] ?? -1) - voxels) <= max(2, voxels / 100), "\(label)")
            }
            let again = await (try shared.startGroup(.shared(batch: 1))).end()
            #expect(again.map(\.status) == [0, 0] && again[0].errors.contains("all rounds are done"))
        }

        /// The evaluations of the first process decide for both.
        @Test func bothEndAtThePlateau() async throws {
            try await World.with { place in
                var file = RunFile.shared(batch: 2)
                file.learning = "diceWeight: 0.5"  // Adam, with which the Dice soon grows
                file.guards += "\n  validateEvery: 4\n  plateauGain: 1\n  plateauSteps: 4"
                let endings = await (try place.startGroup(file)).end()
                try #require(endings.map(\.status) == [0, 0], "\(endings.map(\.errors))")
                #expect(endings[0].errors.contains("ended at a plateau of the Dice"), "\(endings[0].errors)")
                #expect(try await place.number("select count(*) from lacuna.round_validation") >= 6)
            }
        }

        /// A round that several processes trained states it, warns where another number continues it, and is not repeated by one.
        @Test func theNumberOfProcessesIsRecorded() async throws {
            try await World.with { place in
                var file = RunFile.shared(batch: 2)
                file.stepsInRoundZero = 300
                let group = try place.startGroup(file)
                #expect(await group.leader.reports("checkpoint stored"))
                group.signal(SIGTERM)
                let stopped = await group.end()
                try #require(stopped.map(\.status) == [130, 130], "\(stopped.map(\.errors))")
                let alone = try await place.daemon(file)
                try #require(alone.status == 0, "\(alone.errors)")
                #expect(
                    alone.errors.contains(
                        "warning: the round was trained by 2 processes so far and goes on with 1"), "\(alone.errors)")
                let checkpoints = try await place.ask(
                    """
                    select distinct on (r.number) encode(c.object_digest, 'hex') from lacuna.checkpoint c
                    join lacuna.round r on r.id = c.round_id where c.kind = 'network' order by r.number, c.step desc
                    """)
                let recorded = try checkpoints.map { try place.metadata(ofCheckpoint: $0)["training.processes"] }
                #expect(recorded == ["2,1", nil])
                let repeated = try await place.reproduce("r/0")
                #expect(repeated.status == 5, "\(repeated.errors)")
                #expect(repeated.errors.contains("round 0 of run r was trained by several processes together"))
                #expect(try await place.reproduce("r/1").status == 0)
            }
        }
    }
}

extension Place {
    fileprivate func metadata(ofCheckpoint digest: String) throws -> [String: String] {
        try Checkpoint(bytes: Array(try Data(contentsOf: URL(filePath: object(digest))))).metadata
    }

    /// The voxels of each pseudo label, by round, volume and organ.
    fileprivate func labelsWithoutBits() async throws -> [String: Int] {
        let rows = try await ask(
            """
            select r.number || '/' || l.volume_id || '/' || o.key, m.voxels
            from lacuna.pseudo_label l join lacuna.round r on r.id = l.round_id
            join lacuna.organ o on o.id = l.organ_id join lacuna.mask m on m.id = l.mask_id
            """)
        return Dictionary(
            uniqueKeysWithValues: rows.map { row in
                let parts = row.split(separator: "|")
                return (String(parts[0]), Int(parts[1]) ?? -1)
            })
    }
}
