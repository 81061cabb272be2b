import Foundation
import TestSupport
import Testing

extension ServiceTests {
    /// A process of several that ends before the run does.
    @Suite struct GroupLossTests {
        /// The other one ends with an error that says so, and both continue to the result of an undisturbed run.
        @Test(arguments: [0, 1], ["checkpoint stored", "round 0: trained", "round 0: held-out"])
        func theDeathOfOneEndsBothAndTheyContinue(victim: Int, moment: String) async throws {
            let whole = try await Self.whole.value
            try await World.with { place in
                let before = try await place.annotations()
                let group = try place.startGroup(Self.file)
                #expect(await group.leader.reports(moment), "\(group.leader.text)")
                group.processes[victim].signal(SIGKILL)
                let (dead, survivor) = (group.processes[victim], group.processes[1 - victim])
                #expect(await dead.end().status == 128 + SIGKILL)
                let ending = await survivor.end()
                #expect(ending.status == 1, "\(ending.errors)")
                #expect(
                    ending.errors.contains("process \(1 - victim) of the 2 of the training lost another one"),
                    "\(ending.errors)")
                #expect(ending.errors.contains("\n  remedy: "), "\(ending.errors)")
                try await place.expectInvariants(annotations: before, "after the death")
                let again = await (try place.startGroup(Self.file)).end()
                #expect(again.map(\.status) == [0, 0], "\(again.map(\.errors))")
                #expect(try await place.labels() == whole.labels)
                #expect(try await place.checkpoints() == whole.checkpoints)
            }
        }

        private static var file: RunFile {
            var file = RunFile.shared(batch: 1)
            file.stepsInRoundZero = 200
            return file
        }

        /// An undisturbed run of two processes.
        private static let whole = Task {
            let place = try await World.current.makePlace()
            let endings = await (try place.startGroup(file)).end()
            try #require(endings.map(\.status) == [0, 0], "\(endings.map(\.errors))")
            return (labels: try await place.labels(), checkpoints: try await place.checkpoints())
        }

        /// To all, as `torchrun` passes it on, or to one of them.
        @Test(arguments: [[0, 1], [0], [1]])
        func aSignalEndsAllAfterTheStep(receivers: [Int]) async throws {
            try await World.with { place in
                var steps: [Int] = []
                for _ in 0..<2 {
                    let group = try place.startGroup(.sharedAndLong)
                    #expect(await group.leader.reports("checkpoint stored"), "\(group.leader.text)")
                    for receiver in receivers { group.processes[receiver].signal(SIGTERM) }
                    let endings = await group.end()
                    #expect(endings.map(\.status) == [130, 130], "\(endings.map(\.errors))")
                    #expect(endings[0].errors.contains("start it again to continue"))
                    #expect(try await place.ask("select lease_until from lacuna.job") == ["-"])
                    steps.append(try await place.number("select max(step) from lacuna.checkpoint"))
                }
                #expect(steps[0] < steps[1])
            }
        }

        /// While the first process evaluates or relabels, the others wait. Round 1 would not end by itself.
        @Test(arguments: ["round 0: trained", "round 0: step 4", "round 0: held-out"], [[0, 1], [1]])
        func aSignalReachesThoseThatWait(moment: String, receivers: [Int]) async throws {
            try await World.with { place in
                var file = RunFile.shared(batch: 1)
                file.stepsPerRound = 1_000_000
                file.guards += "\n  validateEvery: 4"
                let group = try place.startGroup(file)
                #expect(await group.leader.reports(moment), "\(group.leader.text)")
                for receiver in receivers { group.processes[receiver].signal(SIGTERM) }
                let endings = await group.end()
                #expect(endings.map(\.status) == [130, 130], "\(endings.map(\.errors))")
                let again = try place.startGroup(file)
                #expect(await again.leader.reports("checkpoint stored"), "\(again.leader.text)")
                again.signal(SIGTERM)
                let stopped = await again.end()
                #expect(stopped.map(\.status) == [130, 130], "\(stopped.map(\.errors))")
            }
        }

        /// The others report that the first one has ended, and with which status.
        @Test func anErrorOfTheFirstProcessEndsTheOthersWithItsStatus() async throws {
            try await World.with { place in
                var file = RunFile.shared(batch: 1)
                file.split = "unjudged"
                let endings = await (try place.startGroup(file)).end()
                #expect(endings.map(\.status) == [3, 3], "\(endings.map(\.errors))")
                #expect(endings[0].errors.contains("no annotated volume in the part validation"))
                #expect(endings[1].errors == "process 1 of 2: the first process ended with status 3\n")
            }
        }

        /// An evaluation that fails while the others wait for it.
        @Test func anErrorOfAnEvaluationEndsTheOthersWithItsStatus() async throws {
            try await World.with { place in
                try await place.change(
                    """
                    begin; set local session_replication_role = replica;
                    update lacuna.source s set file = 'gone.nii.gz' from lacuna.release r, lacuna.dataset d
                    where r.id = s.release_id and d.id = r.dataset_id and d.name = 'heldout'; commit
                    """)
                var file = RunFile.shared(batch: 1)
                file.guards += "\n  validateEvery: 1"
                let endings = await (try place.startGroup(file)).end()
                #expect(endings.map(\.status) == [3, 3], "\(endings.map(\.errors))")
                #expect(endings[0].errors.contains("the image of a volume is missing"))
            }
        }

        /// The first process cannot tell the others, which notice its end.
        @Test(.needsMounting())
        func anErrorOfTheFirstProcessWithinATrainingEndsTheOthersWithStatus1() async throws {
            try await withSmallDisk(megabytes: 4) { disk in
                try await World.with { place in
                    disk.fill()
                    var files = [RunFile.shared(batch: 1), .shared(batch: 1)]
                    files[0].daemon = "cache: \(disk.path)"
                    let endings = await (try place.startGroup(files)).end()
                    #expect(endings.map(\.status) == [7, 1], "\(endings.map(\.errors))")
                    #expect(endings[0].errors.contains("No space left"), "\(endings[0].errors)")
                    #expect(
                        endings[1].errors.contains("process 1 of the 2 of the training lost another one"),
                        "\(endings[1].errors)")
                }
            }
        }

        /// Processes with other settings do not train together.
        @Test func processesOfOtherPlansEnd() async throws {
            try await World.with { place in
                let endings = await (try place.startGroup([.shared(batch: 1), .shared(batch: 2)])).end()
                #expect(endings.map(\.status) == [1, 5], "\(endings.map(\.errors))")
                #expect(endings[1].errors.contains("run r exists with another plan"), "\(endings[1].errors)")
            }
        }
    }
}
