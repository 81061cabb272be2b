import Cluster
import Foundation
import Glibc
import TestSupport
import Testing

extension ServiceTests {
    /// `lacunad serve`: real daemons on schedules and jobs.
    @Suite struct ServeTests {
        @Test func aTickIsOneRunThatEndsAsOneStartedByHand() async throws {
            try await World.with { place in
                let before = try await place.annotations()
                try await place.createSchedule("night")
                let daemons = [try place.serve(), try place.serve()]
                for daemon in daemons { #expect(await daemon.reports("daemon serves")) }
                try await place.succeeds("schedule", "run-now", "night")
                try await place.awaitsTick("done", of: "night")
                #expect(try await place.ticks("night") == ["done night-1"])
                #expect(try await place.ask("select name, finished from lacuna.run") == ["night-1|true"])
                #expect(try await place.ask("select distinct state from lacuna.job") == ["done"])
                for daemon in daemons { await daemon.stops() }
                try await place.expectInvariants(annotations: before, "after the scheduled run")
                try await place.expectLabelsOfWholeRun()
            }
        }

        /// A daemon of another home that takes no runs predicts and relabels for one that does.
        @Test func volumesAreSpreadOverDaemons() async throws {
            try await World.with { place in
                try await place.createSchedule("night")
                let trainer = try place.serve()
                let helper = try place.serve(
                    home: "\(place.folder)/other", settings: "leaseSeconds: 60", "--kinds", "predict,relabel")
                for daemon in [trainer, helper] { #expect(await daemon.reports("daemon serves")) }
                try await place.succeeds("schedule", "run-now", "night")
                try await place.awaitsTick("done", of: "night")
                let workers = try await place.ask(
                    "select distinct split_part(worker, ':', 2) from lacuna.job where kind <> 'run' order by 1")
                #expect(Set(workers) == ["\(trainer.process)", "\(helper.process)"])
                #expect(
                    try await place.number("select count(*) from lacuna.job where kind <> 'run' and attempts <> 1")
                        == 0,
                    "each volume is predicted once")
                try await place.expectLabelsOfWholeRun()
                for daemon in [trainer, helper] { await daemon.stops() }
            }
        }

        @Test func aStopGivesTheRunBackAndAnotherDaemonContinues() async throws {
            try await World.with { place in
                try await place.createSchedule("night")
                let first = try place.serve()
                try await place.succeeds("schedule", "run-now", "night")
                #expect(await first.reports("step finished"))
                let start = ContinuousClock.now
                await first.stops()
                #expect(ContinuousClock.now - start < .seconds(10))
                #expect(
                    try await place.ask("select state, attempts, worker from lacuna.job where kind = 'run'") == [
                        "waiting|0|-"
                    ])
                let second = try place.serve()
                try await place.awaitsTick("done", of: "night")
                try await place.expectLabelsOfWholeRun()
                await second.stops()
            }
        }

        /// The limit of a schedule holds for all attempts together, and a retry by a person has the whole time again.
        @Test func aRunThatAnotherDaemonContinuesGetsNoMoreTime() async throws {
            try await World.with { place in
                try await place.createSchedule("night", RunFile(), "--cron", "0 0 1 1 *", "--max-hours", "3")
                let first = try place.serve()
                try await place.succeeds("schedule", "run-now", "night")
                #expect(await first.reports("step finished"))
                await first.stops()
                #expect(
                    try await place.ask(
                        """
                        update lacuna.job set begun_at = begun_at - interval '4 hours' where kind = 'run' returning state
                        """) == ["waiting"])
                let second = try place.serve()
                try await place.awaitsTick("failed", of: "night")
                let reason = try await place.ask("select reason from lacuna.schedule_history")[0]
                #expect(reason.hasPrefix("the run was stopped after 3.0 hours"), "\(reason)")
                try await place.succeeds("schedule", "retry", "night")
                try await place.awaitsTick("done", of: "night")
                await second.stops()
                try await place.expectLabelsOfWholeRun()
            }
        }

        @Test func aKilledDaemonIsReplaced() async throws {
            try await World.with { place in
                try await place.createSchedule("night")
                let first = try place.serve()
                try await place.succeeds("schedule", "run-now", "night")
                #expect(await first.reports("round evaluated"))
                first.signal(SIGKILL)
                _ = await first.end()
                let second = try place.serve()
                #expect(await second.reports("leases expired"))
                try await place.awaitsTick("done", of: "night")
                try await place.expectLabelsOfWholeRun()
                #expect(try await place.lacuna("verify", "--read-data").status == 0)
                await second.stops()
            }
        }

        /// The same daemon connects again and continues, without anybody's help.
        @Test func aServerThatDiesInMidRoundIsAwaited() async throws {
            try await World.with { place in
                try await place.createSchedule("night")
                let daemon = try place.serve()
                try await place.succeeds("schedule", "run-now", "night")
                #expect(await daemon.reports("network trained"))
                guard case .running(let server) = place.cluster.status() else {
                    return #expect(Bool(false), "no server")
                }
                kill(server, SIGQUIT)  // an immediate shutdown
                #expect(await daemon.reports("database unreachable"))
                try await place.cluster.start()
                try await place.awaitsTick("done", of: "night")
                try await place.expectLabelsOfWholeRun()
                await daemon.stops()
            }
        }

        @Test func aCancelledJobEndsItsRunAndARetryContinuesIt() async throws {
            try await World.with { place in
                var file = RunFile()
                file.stepsInRoundZero = 400
                try await place.createSchedule("night", file)
                let daemon = try place.serve()
                try await place.succeeds("schedule", "run-now", "night")
                #expect(await daemon.reports("step finished"))
                let job = try await place.ask("select id from lacuna.job where kind = 'run'")[0]
                try await place.succeeds("job", "cancel", job, "--reason", "wrong split")
                #expect(await daemon.reports("job lost"))
                #expect(try await place.ticks("night") == ["cancelled night-1"])
                try await place.succeeds("job", "retry", job)
                try await place.awaitsTick("done", of: "night")
                await daemon.stops()
            }
        }

        /// The run of a rollback is cancelled with its revision; the daemon goes on with the next tick.
        @Test func aRollbackCancelsTheRunAndTheNextTickRuns() async throws {
            try await World.with { place in
                var file = RunFile()
                file.stepsPerRound = 4000
                try await place.createSchedule("night", file)
                let daemon = try place.serve()
                try await place.succeeds("schedule", "run-now", "night")
                #expect(await daemon.reports("round published"))
                try await place.succeeds("mask", "rollback", "--run", "night-1", "--to", "none", "--reason", "leaks")
                let revision = try await place.number("select max(revision) from lacuna.change")
                try await place.awaitsTick("cancelled", of: "night")
                let reason = try await place.ask("select reason from lacuna.schedule_history where schedule = 'night'")[
                    0]
                #expect(reason.contains("at revision \(revision)"), "\(reason)")
                try await place.createSchedule("day")
                try await place.succeeds("schedule", "run-now", "day")
                try await place.awaitsTick("done", of: "day")
                await daemon.stops()
            }
        }

        /// The attempt is recorded with its reason, without a path; the next one does the work.
        @Test func aFailedAttemptIsRecordedAndRepeated() async throws {
            try await World.with { place in
                try await place.createSchedule("night")
                let daemon = try place.serve()
                #expect(await daemon.reports("daemon serves"))
                try FileManager.default.moveItem(atPath: place.objects, toPath: "\(place.objects).away")
                try await place.succeeds("schedule", "run-now", "night")
                #expect(await daemon.reports("job failed"))
                let row = try await place.ask(
                    "select state, attempts, due > clock_timestamp(), reason ~ '\\S', worker from lacuna.job")
                #expect(row == ["waiting|1|true|true|-"])
                let reason = try await place.ask("select reason from lacuna.job")[0]
                #expect(!reason.contains(place.folder), "\(reason)")
                try FileManager.default.moveItem(atPath: "\(place.objects).away", toPath: place.objects)
                try await place.awaitsTick("done", of: "night")
                try await place.expectLabelsOfWholeRun()
                await daemon.stops()
            }
        }

        @Test func settingsAreReadAgainAndNamedWhereTheyCannotBe() async throws {
            try await World.with { place in
                let wrong = try await place.serve(settings: "leaseSecond: 1").end()
                #expect(wrong.status == 3, "\(wrong.errors)")
                #expect(wrong.errors.contains("daemon.leaseSecond is not a key"), "\(wrong.errors)")
                let kinds = try await place.serve("--kinds", "run,train").end()
                #expect(kinds.status == 2, "\(kinds.errors)")
                let daemon = try place.serve()
                #expect(await daemon.reports("daemon serves"))
                daemon.signal(SIGHUP)
                #expect(await daemon.reports("configuration read again"))
                await daemon.stops()
            }
        }
    }
}
