import Domain
import Foundation
import Glibc
import System
import TestSupport
import Testing

@testable import Trainers

/// Processes of outside programs, in shell.
@Suite struct ProcessTests {
    @Test func aProgramReadsItsJobAndReportsProgress() throws {
        let trainer = ShellTrainer()
        let result = try trainer.run(
            """
            test "$(stat -c %a .)" = 700 && test "$HOME" = "$PWD" && cp "$LACUNA_JOB" copy || exit 9
            echo starting; echo '{"step": 1, "steps": 10, "loss": 0.5, "other": []}'
            printf '{"step": 10, "steps": 10, "checkpoint": "10.pt"}'
            """,
            progress: { _, folder in
                let text = try OpenFile(reading: "\(folder.path)/copy").contents()
                #expect(try JSONDecoder().decode(TrainerJob.self, from: Data(text)) == .training())
            })
        #expect(result.ending == .done)
        #expect(result.progress.map(\.step) == [1, 10])
        #expect(result.progress.map(\.loss) == [0.5, nil] && result.progress.map(\.checkpoint) == [nil, "10.pt"])
        #expect(trainer.leftovers == [])
    }

    @Test func endsAreNamed() throws {
        let trainer = ShellTrainer()
        #expect(try trainer.error("echo one >&2; echo two >&2; echo >&2; exit 3") == .failed(status: 3, reason: "two"))
        #expect(try trainer.error("echo said; exit 4") == .failed(status: 4, reason: "said"))
        #expect(try trainer.error("exit 5") == .failed(status: 5, reason: "it gives no reason"))
        #expect(try trainer.error("echo 'no GPU' >&2; exit 75") == .busy(reason: "no GPU"))
        #expect(try trainer.error("kill -KILL $$") == .killed(signal: SIGKILL))
        #expect(try trainer.error("kill -TERM $$") == .killed(signal: SIGTERM))
        let long = try trainer.error("head -c 100000 /dev/zero | tr '\\\\0' x >&2; exit 1")
        guard case .failed(1, let reason) = long else { throw try #require(long) }
        #expect(reason.count < 400)
    }

    @Test(arguments: [
        "{}", "{\"step\": 1}", "{\"step\": \"1\", \"steps\": 2}", "{\"step\": 3, \"steps\": 2}",
        "{\"step\": -1, \"steps\": 2}",
        "{\"step\": 0, \"steps\": 0}", "{\"step\": 1, \"steps\": 2, \"checkpoint\": \"a/b\"}",
        "{\"step\": 1, \"steps\": 2, \"checkpoint\": \"\"}", "{\"step\": 1, \"steps\": 2, \"checkpoint\": \".x\"}",
        "{\"step\": 1, \"steps\": 2} trailing",
    ])
    func aWrongLineEndsTheProgram(line: String) throws {
        let error = try ShellTrainer().error("echo '\(line)'; exec sleep 600")
        guard case .progress = error else { throw try #require(error) }
    }

    @Test(arguments: ["NaN", "Infinity", "-Infinity"])
    func aLossThatIsNotFiniteEndsTheProgram(loss: String) throws {
        let error = try ShellTrainer().error("echo '{\"step\": 1, \"steps\": 2, \"loss\": \(loss)}'; exec sleep 600")
        guard case .notFinite = error else { throw try #require(error) }
    }

    /// A line without end is none of progress for ever.
    @Test func endlessOutputDoesNotFillMemory() throws {
        let error = try ShellTrainer().error("yes '{' | head -c 1000000 | tr -d '\\\\n'; exec sleep 600")
        guard case .progress(let line, _) = error else { throw try #require(error) }
        #expect(line.count < 400)
    }

    @Test func messagesOnStandardErrorAreKeptShort() throws {
        var trainer = ShellTrainer()
        trainer.silence = 60
        let error = try trainer.error(
            "i=0; while [ $i -lt 30 ]; do head -c 1000000 /dev/zero >&2; sleep 0.05; i=$((i + 1)); done; echo end >&2; exit 1"
        )
        #expect(error == .failed(status: 1, reason: "end"))
    }

    // MARK: - Stopping

    @Test func sigtermLetsItStoreACheckpoint() throws {
        let trainer = ShellTrainer()
        var isHeard = false
        let result = try trainer.run(
            """
            trap 'echo x >checkpoints.6; echo "{\\"step\\": 6, \\"steps\\": 10, \\"checkpoint\\": \\"6\\"}"; exit 1' TERM
            echo '{"step": 5, "steps": 10}'
            while :; do sleep 0.01; done
            """, isStopping: { isHeard }
        ) { _, _ in isHeard = true }
        #expect(result.ending == .stopped(isKilled: false))
        #expect(result.progress.map(\.checkpoint) == [nil, "6"])
    }

    @Test func aDeafProgramIsKilledWithItsChildren() throws {
        var trainer = ShellTrainer()
        trainer.grace = 0.3
        var isHeard = false
        let name = "\(trainer.folder)/deaf"
        let result = try trainer.run(
            """
            trap '' TERM
            sh -c 'trap "" TERM; while :; do sleep 1; done' '\(name)' &
            echo '{"step": 5, "steps": 10}'
            while :; do sleep 1; done
            """, isStopping: { isHeard }
        ) { _, _ in isHeard = true }
        #expect(result.ending == .stopped(isKilled: true))
        #expect(ProcessSearch.first(commandLine: name) == nil)
    }

    @Test func childrenOfAProgramThatEndedAreKilled() throws {
        let trainer = ShellTrainer()
        let name = "\(trainer.folder)/left"
        _ = try trainer.run("sh -c 'while :; do sleep 1; done' '\(name)' & exit 0")
        #expect(ProcessSearch.first(commandLine: name) == nil)
    }

    @Test func silenceEndsIt() throws {
        var trainer = ShellTrainer()
        (trainer.silence, trainer.grace) = (0.5, 0.3)
        #expect(try trainer.error("trap '' TERM; while :; do echo busy; sleep 0.1; done") == .silent(seconds: 0.5))
        let kept = try trainer.run(
            "for i in 1 2 3 4 5 6; do echo \"{\\\"step\\\": $i, \\\"steps\\\": 6}\"; sleep 0.2; done")
        #expect(kept.ending == .done && kept.progress.count == 6)
    }

    @Test func anErrorOfTheCallerEndsIt() {
        struct Refused: Error {}
        #expect(throws: Refused.self) {
            try ShellTrainer().run(
                "echo '{\"step\": 1, \"steps\": 2}'; exec sleep 600", progress: { _, _ in throw Refused() })
        }
    }

    // MARK: - What it may

    @Test func itsEnvironmentIsClean() throws {
        let inherited = TrainerCommand.inherited(from: [
            "PATH": "/usr/bin:/bin", "PGPASSWORD": "x", "PGHOST": "h", "LACUNA_DATABASE": "d", "HOME": "/root",
            "CUDA_VISIBLE_DEVICES": "1",
            "OMP_NUM_THREADS": "2", "LD_PRELOAD": "/x.so", "TOKEN": "t",
        ])
        #expect(inherited.keys.sorted() == ["CUDA_VISIBLE_DEVICES", "OMP_NUM_THREADS", "PATH"])
        var trainer = ShellTrainer()
        trainer.environment = inherited
        let error = try trainer.error("env | cut -d= -f1 | sort | tr '\\n' ' ' >&2; exit 1")
        #expect(
            error == .failed(status: 1, reason: "CUDA_VISIBLE_DEVICES HOME LACUNA_JOB OMP_NUM_THREADS PATH PWD TMPDIR ")
        )
    }

    @Test func itInheritsNoDescriptor() throws {
        let open = open("/etc/passwd", O_RDONLY)  // without O_CLOEXEC
        defer { close(open) }
        let error = try ShellTrainer().error(
            #"for f in /proc/$$/fd/*; do found="$found ${f##*/}"; done; echo $found >&2; exit 1"#)
        // The shell reads the folder through descriptor 3.
        #expect(error == .failed(status: 1, reason: "0 1 2 3"))
    }

    @Test(.enabled(if: ChildProgram.canRestrict, "needs a kernel with Landlock"))
    func itChangesFilesInItsFoldersAlone() throws {
        var trainer = ShellTrainer()
        let (allowed, object) = ("\(trainer.folder)/allowed", "\(trainer.folder)/object")
        try Folder.create(allowed)
        try "old".write(toFile: object, atomically: true, encoding: .utf8)
        trainer.writable = [allowed, "\(trainer.folder)/not-there"]
        let result = try trainer.run(
            """
            for change in 'echo new >\(object)' 'rm -f \(object)' 'mv \(object) \(object).2' 'touch \(trainer.folder)/x' 'mkdir ../y' \\
                'chmod 777 . && ln -s \(object) link && echo new >link'; do
                if sh -c "$change" 2>/dev/null; then echo "could: $change" >&2; exit 1; fi
            done
            echo x >own && echo x >"$TMPDIR/own" && echo x >\(allowed)/new && echo x >/dev/null || exit 2
            """)
        #expect(result.ending == .done)
        #expect(try String(contentsOfFile: object, encoding: .utf8) == "old")
        #expect(FilePath.exists("\(allowed)/new"))
        // This process may still.
        try "new".write(toFile: object, atomically: true, encoding: .utf8)
    }

    /// A long file of messages is emptied, but not what a program puts in its place.
    @Test func linksOfTheProgramAreNotFollowed() throws {
        let trainer = ShellTrainer()
        let (object, size) = ("\(trainer.folder)/object", 17 << 20)
        #expect(FileManager.default.createFile(atPath: object, contents: Data(count: size)))
        let result = try trainer.run("rm errors.txt && ln -s \(object) errors.txt && sleep 0.3")
        #expect(result.ending == .done)
        #expect(try Data(contentsOf: URL(filePath: object)).count == size)
    }

    @Test func programsAreFoundByPathOrName() throws {
        #expect(TrainerProcess.find("sh", "/nowhere:/bin") == "/bin/sh")
        #expect(TrainerProcess.find("/bin/sh", "") == "/bin/sh")
        for missing in ["no-such-program", "/nowhere/sh", "/bin", "/etc/passwd"] {
            #expect(TrainerProcess.find(missing, "/usr/bin:/bin") == nil, "\(missing)")
        }
    }

    // MARK: - What a killed process leaves

    @Test func anAbandonedJobIsRemovedAndItsProgramKilled() async throws {
        let folder = TemporaryFolder.make("jobs")
        let job = "\(folder)/job-abcdef"
        try Folder.create(job)
        let program = try RunningProgram("/usr/bin/setsid", ["/bin/sleep", "300"])
        let sleeping = program.process
        try await awaits("a process group of its own") { getpgid(sleeping) == sleeping }
        let start = try #require(ProcessStart(sleeping))
        try "\(sleeping) \(start.ticks + 1)".write(toFile: "\(job)/process", atomically: true, encoding: .utf8)
        do {
            let used = try JobFolder(in: folder)
            #expect(ProcessStart(sleeping) != nil, "the number is of another process")
            #expect(try Folder.names(in: folder) == [FilePath.name(of: used.path)])
            // One that is in use stays.
            let second = try JobFolder(in: folder)
            #expect(FilePath.exists(used.path) && FilePath.exists(second.path))
        }
        #expect(try Folder.names(in: folder) == [])
        try Folder.create(job)
        try "\(sleeping) \(start.ticks)".write(toFile: "\(job)/process", atomically: true, encoding: .utf8)
        _ = try JobFolder(in: folder)
        let ending = await program.end()
        #expect(ending.status != 0, "killed")
        #expect(!FilePath.exists(job))
    }
}
