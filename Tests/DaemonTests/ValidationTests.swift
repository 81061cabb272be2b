import Foundation
import TestSupport
import Testing

extension DaemonTests {
    /// Evaluations on the validation part while a round is trained, and rounds that end at a plateau.
    @Suite struct ValidationTests {
        /// Evaluated after every fourth step; a gain of 1 cannot be reached, so that the first Dice above 0 is a plateau.
        private static var run: RunFile {
            var run = RunFile()
            run.rounds = 1
            run.guards += "\n  validateEvery: 4\n  plateauGain: 1\n  plateauSteps: 4"
            return run
        }

        /// Before the first checkpoint there is nothing to continue from, and the error is the only thing to report.
        @Test func anErrorBeforeTheFirstCheckpointIsReported() async throws {
            try await World.with { place in
                try await place.change(
                    """
                    begin; set local session_replication_role = replica;
                    update lacuna.source s set file = 'gone.nii.gz' from lacuna.release r, lacuna.dataset d
                    where r.id = s.release_id and d.id = r.dataset_id and d.name = 'heldout'; commit
                    """)
                var run = RunFile()
                run.guards += "\n  validateEvery: 1"
                let ending = try await place.daemon(run)
                #expect(
                    ending.status == 3 && ending.errors.contains("the image of a volume is missing"), "\(ending.errors)"
                )
            }
        }

        @Test func aRoundEndsAtThePlateauWithTheFiguresThatItIsEvaluatedWith() async throws {
            try await World.with { place in
                let ending = try await place.daemon(Self.run)
                #expect(ending.status == 0, "\(ending.errors)")
                #expect(ending.errors.contains("ended at a plateau of the Dice"), "\(ending.errors)")
                let steps = try await place.rounds(of: "roundSteps")
                let endings = try await place.rounds(of: "ending")
                #expect(endings.contains("plateau"), "\(endings)")
                for round in 0...1 {
                    let step = try #require(Int(steps[round]))
                    #expect(endings[round] == (step < (round == 0 ? 24 : 12) ? "plateau" : "steps"))
                    let last = try await place.number(
                        "select max(c.step) from lacuna.checkpoint c join lacuna.round r on r.id = c.round_id where r.number = \(round) and c.kind = 'network'"
                    )
                    #expect(last == step, "the round's network is that of its last step")
                    let shown = try await place.lacuna("round", "show", "r", "\(round)", "--json").object()
                    #expect(shown["roundSteps"] as? Int == step && shown["ending"] as? String == endings[round])
                    let validations = try #require(shown["validations"] as? [[String: Any]])
                    #expect(
                        validations.map { $0["step"] as? Int } == Array(stride(from: 4, through: min(step, 23), by: 4)))
                }
                let different = try await place.ask(
                    """
                    select r.number, v.organ_id, v.dice, v.volumes, e.dice, e.n from lacuna.round_validation v
                    join lacuna.round r on r.id = v.round_id and v.step = (r.record #>> '{weights,roundSteps}')::integer
                    cross join lateral (
                        select avg(e.dice) as dice, count(e.dice) as n from lacuna.evaluation e
                        where (e.round_id, e.organ_id) = (r.id, v.organ_id)) e
                    where v.volumes <> e.n or abs(coalesce(v.dice, -1) - coalesce(e.dice, -1)) > 1e-6
                    """)
                #expect(different == [], "the network that ended the round is the one that was evaluated")
                #expect(try await place.number("select count(*) from lacuna.round_validation") >= 6)
                for round in 0...1 {
                    let repeated = try await place.reproduce("r/\(round)")
                    #expect(repeated.status == 0, "\(repeated.output) \(repeated.errors)")
                }
            }
        }

        /// Killed and stopped in the middle of training and of evaluations: the end, the figures and the reasons are the same.
        @Test func aDisturbedRunIsValidatedLikeAnUndisturbedOne() async throws {
            let whole = try await World.current.makePlace()
            #expect(try await whole.daemon(Self.run).status == 0)
            for signal in [SIGKILL, SIGTERM] {
                let place = try await World.current.makePlace()
                for moment in [
                    "round 0: training", "round 0: step 4", "round 0: step 8", "round 1: training", "round 1: step 4",
                ] {
                    let daemon = try place.startDaemon(Self.run)
                    guard await daemon.reports(moment) else { break }
                    daemon.signal(signal)
                    let ending = await daemon.end()
                    #expect(signal == SIGKILL || [0, 130].contains(ending.status), "\(ending.errors)")
                }
                let ending = try await place.daemon(Self.run)
                #expect(ending.status == 0, "\(ending.errors)")
                #expect(try await place.validations() == whole.validations(), "\(signal)")
                #expect(try await place.checkpoints() == whole.checkpoints(), "\(signal)")
                #expect(try await place.rounds(of: "ending") == whole.rounds(of: "ending"), "\(signal)")
                #expect(try await place.rounds(of: "roundSteps") == whole.rounds(of: "roundSteps"), "\(signal)")
                #expect(try await place.labels() == whole.labels(), "\(signal)")
                if signal == SIGKILL { #expect(try await place.allCheckpoints() == whole.allCheckpoints()) }
            }
        }

        /// Evaluations change nothing of a training that they do not end.
        @Test func evaluationsDoNotChangeTheNetwork() async throws {
            try await World.with { place in
                var run = RunFile()
                run.rounds = 0
                #expect(try await place.daemon(run).status == 0)
                run.name = "validated"
                run.guards += "\n  validateEvery: 5"
                #expect(try await place.daemon(run).status == 0)
                let dice = try await place.ask(
                    """
                    select string_agg(distinct coalesce(e.dice, -1)::text, ',' order by coalesce(e.dice, -1)::text)
                    from lacuna.evaluation e join lacuna.round r on r.id = e.round_id group by r.id
                    """)
                #expect(dice.count == 2 && dice[0] == dice[1], "\(dice)")
                #expect(
                    try await place.ask("select distinct step from lacuna.round_validation order by 1") == [
                        "5", "10", "15", "20",
                    ])
                #expect(try await place.rounds(of: "ending") == ["steps", "steps"])
            }
        }
    }
}

extension Place {
    /// A value of the weights of each round, by run and number.
    fileprivate func rounds(of key: String) async throws -> [String] {
        try await ask("select record #>> '{weights,\(key)}' from lacuna.round order by run_id, number")
    }

    fileprivate func validations() async throws -> [String] {
        try await ask(
            """
            select r.number, v.step, v.organ_id, v.dice, v.volumes from lacuna.round_validation v
            join lacuna.round r on r.id = v.round_id order by 1, 2, 3
            """)
    }
}
