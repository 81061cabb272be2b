import Foundation
import System
import TestSupport
import Testing

extension ServiceTests {
    /// `lacunad trainer check` on real programs.
    @Suite struct TrainerCheckTests {
        private func check(_ options: [String], _ words: [String]) async throws -> (
            ending: Ending, rows: [String: [String: Any]]
        ) {
            let ending = try await RunningProgram("lacunad", ["trainer", "check", "--json"] + options + ["--"] + words)
                .end()
            let rows = ending.output.isEmpty ? [] : try ending.rows()
            return (
                ending,
                Dictionary(uniqueKeysWithValues: rows.compactMap { row in (row["test"] as? String).map { ($0, row) } })
            )
        }

        private static let tests: Set = ["train", "start from weights", "stop", "resume", "predict"]

        @Test func theExampleConforms() async throws {
            let (ending, rows) = try await check(["--steps", "60"], OutsideRun().command)
            #expect(ending.status == 0, "\(ending.output) \(ending.errors)")
            #expect(Set(rows.keys) == Self.tests)
            for (test, row) in rows { #expect(row["outcome"] as? String == "passed", "\(test): \(row)") }
        }

        @Test(arguments: [
            ("crash", "train", "exit status 1: RuntimeError: no such thing"), ("nan", "train", "is not finite"),
            ("early", "train", "its last checkpoint is of step 5 of 20"), ("empty", "train", "is empty"),
            ("shape", "predict", "have the shape 7x44x24 instead of 48x44x24"),
            ("scale", "predict", "have the scale nan"),
            ("absent", "predict", "are missing"), ("killed", "train", "killed by signal 9"),
        ])
        func whatDoesNotConformIsNamed(fault: String, test: String, problem: String) async throws {
            let (ending, rows) = try await check([], OutsideRun(fault: fault, while: "/").command)
            #expect(ending.status == 3, "\(ending.errors)")
            #expect(rows[test]?["outcome"] as? String == "failed")
            #expect((rows[test]?["problem"] as? String)?.contains(problem) == true, "\(rows)")
            if test == "train" { #expect(rows["predict"]?["outcome"] as? String == "skipped") }
        }

        /// A program that does not store a checkpoint on SIGTERM, and one that does not hear it.
        @Test(arguments: [("sys.exit(0)", "none was reported"), ("None", "did not end within 0.5 s")])
        func stoppingIsTested(handler: String, problem: String) async throws {
            let script = "\(TemporaryFolder.make())/trainer.py"
            try """
            import importlib.util, signal, sys, time
            spec = importlib.util.spec_from_file_location("t", "\(OutsideRun.example)")
            trainer = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(trainer)
            trainer.request_stop = lambda *_: \(handler)
            train = trainer.Model.learn
            def slow(*arguments):
                time.sleep(0.05)
                return train(*arguments)
            trainer.Model.learn = slow
            trainer.main()
            """.write(toFile: script, atomically: true, encoding: .utf8)
            // The first checkpoint is of step 5, later than SIGTERM.
            let steps = handler == "None" ? "40" : "20"
            let (ending, rows) = try await check(["--grace", "500ms", "--steps", steps], [OutsideRun.python, script])
            #expect(ending.status == 3, "\(ending.errors)")
            #expect(rows["train"]?["outcome"] as? String == "passed", "\(rows)")
            #expect((rows["stop"]?["problem"] as? String)?.contains(problem) == true, "\(rows)")
            #expect(rows["resume"]?["outcome"] as? String == "skipped", "\(rows)")
        }

        @Test func ctrlCEndsTheProgramToo() async throws {
            let folder = TemporaryFolder.make()
            let check = try RunningProgram(
                "lacunad", ["trainer", "check", "--", "/bin/sh", "-c", "echo $$ >started; while :; do sleep 1; done"],
                environment: ["TMPDIR": folder])
            var program: Int32?
            try await awaits("the program") {
                let started = Folder.files(in: folder, depth: 4).first { $0.hasSuffix("/started") }
                let text = started.flatMap { try? String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8) }
                program = text.flatMap { Int32($0.dropLast()) }
                return program != nil
            }
            check.interrupt()
            #expect(await check.end().status == 130)
            let number = try #require(program)
            // One that has ended may stay as an entry without a command line until its new parent collects it.
            try await awaits("the end of the program") {
                (try? String(contentsOfFile: "/proc/\(number)/cmdline", encoding: .utf8))?.isEmpty ?? true
            }
            #expect(try Folder.names(in: folder) == [])
        }

        @Test func wrongArgumentsAreNamed() async throws {
            func run(_ arguments: String...) async throws -> Ending {
                try await RunningProgram("lacunad", ["trainer", "check"] + arguments).end()
            }
            #expect(try await run().status == 2)
            #expect(try await run("--steps", "1", "--", "/bin/true").status == 2)
            let relative = try await run("--", "./train.sh")
            #expect(
                relative.status == 3 && relative.errors.contains("trainer.command is [./train.sh]"),
                "\(relative.errors)")
            let grace = try await run("--grace", "soon", "--", "/bin/true")
            #expect(grace.status == 3 && grace.errors.contains("trainer.grace is soon"), "\(grace.errors)")
            let missing = try await run("--", "no-such-trainer")
            #expect(missing.status == 3 && missing.output.contains("there is no such program"), "\(missing.errors)")
        }

        @Test func theSectionOfAConfigurationIsTested() async throws {
            let file = "\(TemporaryFolder.make())/run.yaml"
            try OutsideRun().text.write(toFile: file, atomically: true, encoding: .utf8)
            let ending = try await RunningProgram("lacunad", ["trainer", "check", "--config", file]).end()
            #expect(ending.status == 0, "\(ending.output) \(ending.errors)")
            #expect(ending.output.contains("resume"))
        }
    }
}
