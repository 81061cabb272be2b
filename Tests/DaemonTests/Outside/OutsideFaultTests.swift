import Foundation
import TestSupport
import Testing

/// A fault of a program, and what lacunad says of it.
struct TrainerFault: Sendable, CustomTestStringConvertible {
    let name: String
    let message: String
    /// The exit status of the run.
    var status: Int32 = 5
    var testDescription: String { name }

    static let training = [
        TrainerFault(name: "crash", message: "exit status 1: RuntimeError: no such thing"),
        TrainerFault(name: "hang", message: "reported nothing for 2 s", status: 3),
        TrainerFault(name: "deaf", message: "reported nothing for 2 s", status: 3),
        TrainerFault(name: "busy", message: "asks to be started later: no GPU is free", status: 7),
        TrainerFault(name: "killed", message: "killed by signal 9", status: 3),
        TrainerFault(name: "early", message: "its last checkpoint is of step 5 of 12"),
        TrainerFault(name: "unsaved", message: "its last checkpoint is of step 10 of 12"),
        TrainerFault(name: "nan", message: "is not finite: {\"step\": 7, \"steps\": 12, \"loss\": NaN}"),
        TrainerFault(name: "text", message: "is not JSON with step and steps: {\"step\": seven}"),
        TrainerFault(name: "backwards", message: "comes after step 6: step 3 of 12"),
        TrainerFault(name: "steps", message: "is not of the 12 steps of the job: step 7 of 1000"),
        TrainerFault(name: "missing", message: "checkpoint nothing.json is missing"),
        TrainerFault(name: "outside", message: "names a checkpoint that is no plain file name"),
        TrainerFault(name: "link", message: "checkpoint faulty is missing or is no file"),
        TrainerFault(name: "empty", message: "checkpoint empty.json is empty"),
    ]

    static let prediction = [
        TrainerFault(name: "predict-crash", message: "exit status 1: the weights do not fit", status: 3),
        TrainerFault(name: "predict-killed", message: "killed by signal 9", status: 3),
        TrainerFault(name: "predict-hang", message: "reported nothing for 2 s", status: 3),
        TrainerFault(name: "shape", message: "have the shape 7x44x24 instead of 48x44x24", status: 3),
        TrainerFault(name: "organs", message: "are of 99 organs instead of 3", status: 3),
        TrainerFault(name: "magic", message: "do not begin with LLG1", status: 3),
        TrainerFault(name: "scale", message: "have the scale nan of organ 0", status: 3),
        TrainerFault(name: "negative-scale", message: "have the scale -1.0 of organ 1", status: 3),
        TrainerFault(name: "short", message: "have 152127 bytes instead of 152128", status: 3),
        TrainerFault(name: "stump", message: "have 20 bytes, fewer than their header", status: 3),
        TrainerFault(name: "absent", message: "are missing", status: 3),
    ]
}

extension ServiceTests {
    /// Programs that fail in one way. The run ends with a named error, keeps what was stored, and ends as an undisturbed one once the
    /// program is mended.
    @Suite struct OutsideFaultTests {
        @Test(arguments: TrainerFault.training)
        func aFaultInTrainingIsNamedAndNothingIsLost(fault: TrainerFault) async throws {
            try await World.with { place in
                let before = try await place.annotations()
                let ending = try await fail(fault, in: place)
                #expect(
                    try await place.ask("select max(step) from lacuna.checkpoint") == [
                        fault.name == "unsaved" ? "10" : "5"
                    ])
                let state = try await place.ask("select state from lacuna.round where number = 0")
                #expect(state == [fault.status == 5 ? "failed" : "training"], "\(ending.errors)")
                try await place.expectInvariants(annotations: before, "after the fault")
                try await mend(fault, in: place)
            }
        }

        @Test(arguments: TrainerFault.prediction)
        func aFaultInPredictionIsNamedAndNothingIsLost(fault: TrainerFault) async throws {
            try await World.with { place in
                let before = try await place.annotations()
                _ = try await fail(fault, in: place)
                #expect(try await place.ask("select state from lacuna.round where number = 0") == ["trained"])
                #expect(try await place.ask("select count(*) from lacuna.predicted_mask") == ["0"])
                try await place.expectInvariants(annotations: before, "after the fault")
                try await mend(fault, in: place)
            }
        }

        /// Messages on standard output are no progress.
        @Test func messagesBetweenTheLinesDoNoHarm() async throws {
            try await World.with { place in
                let file = marker(in: place)
                let ending = try await place.startOutside(OutsideRun(fault: "chatter", while: file)).end()
                #expect(ending.status == 0, "\(ending.errors)")
                try await place.expectSameAsWholeOutsideRun("with messages")
            }
        }

        /// As one writes that stores when it is asked to end, right after it stored.
        @Test func aSecondCheckpointOfOneStepDoesNoHarm() async throws {
            try await World.with { place in
                let file = marker(in: place)
                let ending = try await place.startOutside(OutsideRun(fault: "again", while: file)).end()
                #expect(ending.status == 0, "\(ending.errors)")
                try await place.expectSameAsWholeOutsideRun("with second checkpoints")
            }
        }

        @Test func aProgramThatCannotBeStartedIsNamed() async throws {
            try await World.with { place in
                var run = OutsideRun()
                run.command = ["no-such-trainer", "x"]
                let ending = try await place.startOutside(run).end()
                #expect(ending.status == 3, "\(ending.errors)")
                #expect(ending.errors.contains("no-such-trainer cannot be started: there is no such program"))
            }
        }

        private func marker(in place: Place) -> String {
            let file = "\(place.folder)/faulty"
            _ = FileManager.default.createFile(atPath: file, contents: nil)
            return file
        }

        private func run(_ fault: TrainerFault, in place: Place) -> OutsideRun {
            var run = OutsideRun(fault: fault.name, while: "\(place.folder)/faulty")
            if ["hang", "deaf", "predict-hang"].contains(fault.name) { (run.silence, run.grace) = ("2s", "500ms") }
            return run
        }

        private func fail(_ fault: TrainerFault, in place: Place) async throws -> Ending {
            _ = marker(in: place)
            let ending = try await place.startOutside(run(fault, in: place)).end()
            #expect(ending.status == fault.status, "\(ending.errors)")
            #expect(ending.errors.contains(fault.message), "\(ending.errors)")
            #expect(ending.errors.contains("\n  remedy: "), "\(ending.errors)")
            #expect(place.jobFolders == [])
            #expect(ProcessSearch.first(commandLine: "\(place.folder)/faulty") == nil, "its group is killed")
            return ending
        }

        /// Without the fault the run continues from its newest checkpoint.
        private func mend(_ fault: TrainerFault, in place: Place) async throws {
            try FileManager.default.removeItem(atPath: "\(place.folder)/faulty")
            let ending = try await place.startOutside(run(fault, in: place), "--retry-failed").end()
            #expect(ending.status == 0, "\(ending.errors)")
            try await place.expectSameAsWholeOutsideRun("after \(fault.name)")
        }
    }
}
