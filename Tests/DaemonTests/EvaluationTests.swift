import Foundation
import TestSupport
import Testing

extension DaemonTests {
    /// `lacunad evaluate`, and that nothing else reads the test part.
    @Suite struct EvaluationTests {
        /// The images and masks of the test part are missing while a run trains, fits its confidence, evaluates and relabels: whatever
        /// read one of them would fail.
        @Test func noRoundReadsTheTestPart() async throws {
            try await World.with { place in
                try await place.splits()
                let hidden = try await place.hideTestPart(of: "internal")
                var run = RunFile()
                (run.name, run.split) = ("control", "swapped")
                #expect(try await place.daemon(run).status != 0, "it reads them in another part")
                (run.name, run.split) = ("r", "tested")
                let ending = try await place.daemon(run)
                #expect(ending.status == 0, "\(ending.errors)")
                #expect(try await place.number("select count(*) from lacuna.pseudo_label") > 0, "it relabels")
                let lost = try await place.evaluate("r")
                #expect(lost.status != 0 && lost.errors.contains("remedy"), "the evaluation reads them: \(lost.errors)")
                #expect(try await place.ask("select * from lacuna.test_evaluation") == [])
                let interrupted = try await place.lacuna("round", "show", "r", "0", "--json").object()
                let openings = try #require(interrupted["openings"] as? [[String: Any]])
                #expect(openings.map { $0["hasResult"] as? Bool } == [false] && openings[0]["person"] is String)
                #expect(interrupted["testOpenings"] as? Int == 1)
                try hidden.restore()
                #expect(try await place.evaluate("r").status == 0)
                #expect(try await place.ask("select count(*) from lacuna.test_opening") == ["2"])
            }
        }

        /// Without relabelling, a network does not depend on the validation part, so that the test part of one run can be the
        /// validation part of another with the same network: the figures are the same.
        @Test func theTestPartIsMeasuredAsHeldOutVolumesAre() async throws {
            try await World.with { place in
                try await place.splits()
                var run = RunFile()
                (run.rounds, run.split, run.confidence) = (0, "tested", "probability")
                let early = try await place.evaluate("r")
                #expect(early.status == 3 && early.errors.contains("no run is named r"), "\(early.errors)")
                #expect(try await place.daemon(run).status == 0)
                (run.name, run.split) = ("swapped", "swapped")
                #expect(try await place.daemon(run).status == 0)
                for (tested, validated) in [("r", "swapped"), ("swapped", "r")] {
                    #expect(try await place.evaluate(tested).status == 0)
                    let figures = try await place.ask(
                        """
                        select t.volume_id, t.organ_id, t.dice, t.soft_dice, t.predicted_ml, t.reference_ml
                        from lacuna.test_result t join lacuna.run on run.id = t.run_id where run.name = '\(tested)' order by 1, 2
                        """)
                    let expected = try await place.ask(
                        """
                        select e.volume_id, e.organ_id, e.dice, e.soft_dice, e.predicted_ml, e.reference_ml
                        from lacuna.evaluation e join lacuna.round r on r.id = e.round_id join lacuna.run on run.id = r.run_id
                        where run.name = '\(validated)' order by 1, 2
                        """)
                    #expect(figures.count == 6 && figures == expected, "\(figures)")
                }
            }
        }

        @Test func aRunIsEvaluatedOnceByAManagerAfterItsEnd() async throws {
            try await World.with { place in
                try await place.splits()
                var run = RunFile()
                (run.rounds, run.split) = (1, "tested")
                let daemon = try place.startDaemon(run)
                #expect(await daemon.reports("round 0: trained"))
                let early = try await place.evaluate("r")
                #expect(early.status == 5 && early.errors.contains("run r is not finished"), "\(early.errors)")
                #expect(early.errors.contains("remedy: evaluate it once all of its rounds are closed"))
                #expect(await daemon.end().status == 0)
                let trainer = try await place.lacunad("evaluate", "r", "--part", "test")
                #expect(
                    trainer.status == 5 && trainer.errors.contains("only members of lacuna_manager may"),
                    "\(trainer.errors)")
                #expect(trainer.errors.contains("remedy:") && !trainer.errors.contains("test_evaluation"))
                let unknown = try await place.lacuna("round", "dice", "r", "--part", "test")
                #expect(unknown.status == 3 && unknown.output.isEmpty, "\(unknown.output)")
                #expect(unknown.errors.contains("remedy: lacunad evaluate r --part test makes it"), "\(unknown.errors)")
                #expect(try await place.evaluate("r", part: "validation").status == 2)
                #expect(try await place.evaluate("r", "--round", "9").status == 3)
                let before = try await place.lacuna("round", "show", "r", "0", "--json").object()
                #expect(before["testEvaluated"] is NSNull)
                #expect(before["testOpenings"] as? Int == 0)

                let first = try await place.evaluate("r", "--round", "0", "--json")
                #expect(first.status == 0, "\(first.errors)")
                let contents = try await place.contents()
                let again = try await place.evaluate("r", "--json")
                #expect(again.status == 0 && again.output == first.output, "\(again.errors)")
                #expect(try await place.lacuna("round", "dice", "r", "--part", "test", "--json").output == first.output)
                let other = try await place.evaluate("r", "--round", "1")
                #expect(
                    other.status == 5 && other.errors.contains("evaluated with round 0 of run r"), "\(other.errors)")
                #expect(other.errors.contains("remedy: lacuna round dice r --part test"))
                #expect(try await place.contents() == contents)

                let rows = try await place.rows("round", "dice", "r", "--part", "test", "--against", "r")
                #expect(rows.map { $0["organ"] as? String } == ["liver", "spleen", "stomach", "all organs"])
                #expect(rows.allSatisfy { $0["delta"] as? Double == 0 && $0["leftOutVolumes"] as? Int == 0 })
                #expect(rows.allSatisfy { $0["common"] as? Int == $0["volumes"] as? Int })
                let compared = try await place.lacuna("round", "dice", "r", "--part", "test", "--against", "r")
                #expect(compared.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(compared.output)")
                #expect(
                    compared.errors.contains("compared over 2 common volumes; left out: 0 of run r"),
                    "\(compared.errors)")
                let shown = try await place.lacuna("round", "show", "r", "1", "--json").object()
                #expect(shown["testRound"] as? Int == 0 && shown["testOpenings"] as? Int == 1)
                #expect((shown["testEvaluated"] as? String)?.hasSuffix("Z") == true)
                let table = try await place.lacuna("round", "dice", "r", "--part", "test")
                #expect(table.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(table.output)")
                #expect(table.errors.contains("on the test part of split tested"), "\(table.errors)")
                let none = try await place.lacuna("round", "dice", "r", "--part", "test", "--chart", "x.svg")
                #expect(none.status == 2)
            }
        }
    }
}

extension Place {
    /// Two splits that have each other's parts validation and test.
    fileprivate func splits() async throws {
        try await succeeds(
            "split", "create", "tested", "--train", "public", "--validation", "heldout", "--test", "internal")
        try await succeeds(
            "split", "create", "swapped", "--train", "public", "--validation", "internal", "--test", "heldout")
    }

    /// `lacunad evaluate` as a manager.
    fileprivate func evaluate(_ run: String, part: String = "test", _ extra: String...) async throws -> Ending {
        try await RunningProgram(
            "lacunad", ["evaluate", run, "--part", part, "--database", target("lacuna"), "--home", home] + extra
        ).end()
    }

    /// Files that are elsewhere for a while.
    fileprivate struct HiddenFiles {
        let places: [(file: String, hidden: String)]

        func restore() throws {
            for (file, hidden) in places { try FileManager.default.moveItem(atPath: hidden, toPath: file) }
        }
    }

    /// Takes the images of a dataset and the objects of its masks away.
    fileprivate func hideTestPart(of dataset: String) async throws -> HiddenFiles {
        let moved = "\(folder)/moved"
        try FileManager.default.copyItem(atPath: data, toPath: moved)
        try await change("update lacuna.release set root = replace(root, '\(data)', '\(moved)')")
        let images = try await ask(
            """
            select distinct r.root || '/' || s.file from lacuna.source s join lacuna.release r on r.id = s.release_id
            join lacuna.dataset d on d.id = r.dataset_id where d.name = '\(dataset)'
            """)
        let masks = try await ask(
            """
            select distinct encode(m.object_digest, 'hex') from lacuna.mask m join lacuna.source s on s.volume_id = m.volume_id
            join lacuna.release r on r.id = s.release_id join lacuna.dataset d on d.id = r.dataset_id where d.name = '\(dataset)'
            """)
        #expect(images.count == 2 && masks.count >= 2)
        let places = (images + masks.map(object)).enumerated().map { ($1, "\(folder)/hidden-\($0)") }
        for (file, hidden) in places { try FileManager.default.moveItem(atPath: file, toPath: hidden) }
        return HiddenFiles(places: places)
    }
}
