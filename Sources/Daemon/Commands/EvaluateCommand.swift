internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Workflows

struct EvaluateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate", abstract: "Evaluate a finished run on the test part of its split, once.",
        discussion: """
            Predicts the volumes of the test part with the network of the last round, or of --round, and compares the masks with \
            the labels of experts, as of the revision that the run was started with. No run reads these labels. The result is recorded; a \
            second call prints it again. The login must be a member of lacuna_manager, and each opening of the test part is recorded with \
            it, also where the evaluation is interrupted. It can then be made again. A run that is not finished, was cancelled or is \
            recalled is refused, with exit status 5.

            Volumes whose subjects the run has read are left out. Those are of subjects that were merged since, or that a \
            run has read from whose weights this one started. A note has their number, and --json has it in leftOutVolumes and \
            leftOutSubjects of every row; lacuna round show has it too, and each opening of the test part.

            EXAMPLE:
              $ lacunad evaluate inerrant --part test
              organ       volumes   dice  lower  upper  inside  surface dice
              liver             8  0.912  0.889  0.931    0.88         0.801
              pancreas          8  0.644  0.561  0.712    0.75         0.655
              …
              all organs       16  0.778  0.741  0.806    0.81         0.728
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name of the run.")
    var run: String

    @Option(help: .value("part", "Part of the split: test."))
    var part: EvaluatedPart

    @Option(help: .value("number", "Closed round whose network is evaluated. (default: the last)"))
    var round: Int?

    @Flag(help: "Start the outside program that trained the run. It runs with your rights.")
    var runTrainer = false

    func run() async throws {
        try await Program.naming(run) {
            let trainer = try await TrainerSession.open(options, role: .manager)
            let (session, catalog) = (trainer.session, trainer.session.catalog)
            if let recorded = try await catalog.testEvaluation(of: run) {
                try requireRound(of: recorded)
            } else {
                try await evaluate(trainer)
            }
            try await session.reportTest(of: run)
        }
    }

    private func requireRound(of recorded: TestEvaluation) throws(WorkflowError) {
        guard let round, round != recorded.round else { return }
        throw WorkflowError(
            .conflict,
            "the test part was evaluated with round \(recorded.round) of run \(run); a run is evaluated on it once",
            remedy: "lacuna round dice \(run) --part test shows the result")
    }

    private func evaluate(_ trainer: TrainerSession) async throws {
        let (session, stored) = try await DaemonSession.open(trainer, run: run, .asked(runTrainer))
        let evaluation = try await TestPartEvaluation(session, run: stored, round: round)
        options.output.note("the test part of run \(run) is open; this is recorded")
        var bar: ProgressBar?
        defer { bar?.finish() }
        try await evaluation.run { done, total in
            if bar == nil { bar = options.output.progress("evaluating", total: total) }
            bar?.show(done, label: "evaluating")
        }
    }
}

/// The parts that a command evaluates.
enum EvaluatedPart: String, CaseIterable, ExpressibleByArgument, Sendable {
    case test
}
