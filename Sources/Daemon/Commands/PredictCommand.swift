internal import ArgumentParser
internal import Console
internal import Domain
internal import Workflows

struct PredictCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict", abstract: "Predict the organs of images that are not in the catalogue.",
        discussion: """
            Predicts NIfTI files, or folders with one DICOM series each, with the network of a round, and writes \
            OUTPUT/IMAGE/ORGAN.nii.gz on the image's own grid: 1 in the organ, 0 elsewhere. Nothing is recorded. The table shows \
            for each mask its soft Dice, and the Dice that masks of such a soft Dice had on held-out volumes, with an interval in \
            which the true Dice of about 80 % of such masks lies. An organ that the round withholds is written too, and marked.

            An image that cannot be predicted is named, and the others are predicted, with exit status 4. An image of another modality than those of the run is refused, as is one that does not fit into memory. A spacing \
            outside that of the run's volumes, and values that are no Hounsfield units, are warned of.

            EXAMPLE:
              $ lacunad predict scan.nii.gz --round inerrant/2 --output masks
              image        organ   voxels  millilitres  softDice  predicted Dice  from    to  withheld
              scan.nii.gz  liver    51220       1383.0      0.96            0.94  0.91  0.96  -
              scan.nii.gz  spleen    7411        200.1      0.93            0.90  0.84  0.93  -
              …
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: .value("image", "NIfTI file, or folder of one DICOM series."))
    var images: [String]

    @Option(help: .value("run|run/round", "Run, and its round. (default: the newest round that is trained)"))
    var round: TrainedRound

    @Option(help: .value("folder", "Folder of the masks; each image gets one in it."))
    var output: String

    @Option(help: .value("modality", "Modality of the NIfTI files, such as CT; DICOM states its own."))
    var modality: String?

    @Flag(help: "Replace masks that exist.")
    var force = false

    func run() async throws {
        let results = try await Program.naming(round.run) {
            let (session, run) = try await DaemonSession.open(options, run: round.run)
            let prediction = try await ImagePrediction(session, run: run, round: round.round)
            let bar = options.output.progress("predicting", total: images.count)
            defer { bar.finish() }
            return try await prediction.run(
                .init(images: images, output: output, modality: modality, mayOverwrite: force),
                warn: { options.output.warn($0) }, progress: { bar.show($0, label: "predicting") })
        }
        let (done, failures) = (results.compactMap { try? $0.get() }, results.compactMap(\.failure))
        if done.isEmpty, let failure = failures.first { throw failure }
        options.output.report(done.flatMap(\.masks), PredictedMask.columns)
        for failure in failures { options.output.warn(Self.text(of: failure)) }
        if !failures.isEmpty { throw ExitCode(ExitStatus.partlyDone.rawValue) }
    }
}

extension PredictCommand {
    private static func text(of error: any Error) -> String {
        guard let failure = (error as? any CommandFailing)?.commandFailure else { return "\(error)" }
        let parts = [failure.file.map { "\($0): \(failure.problem)" } ?? failure.problem, failure.remedy]
        return parts.compactMap(\.self).joined(separator: "; ")
    }
}

/// `RUN` or `RUN/ROUND`.
struct TrainedRound: ExpressibleByArgument, Sendable {
    let run: String
    /// Nil: the newest that is trained.
    let round: Int?

    init?(argument: String) {
        guard argument.contains("/") else {
            guard !argument.isEmpty else { return nil }
            (run, round) = (argument, nil)
            return
        }
        guard let exact = RoundName(argument) else { return nil }
        (run, round) = (exact.run, exact.round)
    }
}

extension PredictedMask {
    static var columns: [Column<PredictedMask>] {
        [
            Column("image") { $0.image },
            Column("organ") { $0.organ },
            Column("file", in: .wideOnly) { $0.file },
            Column("voxels", in: .whereItFits(rank: 2)) { $0.voxels },
            Column("millilitres") { Cell.number($0.millilitres, places: 1) },
            Column("confidence", in: .wideOnly) { mask in mask.confidence.map { Cell.number($0, places: 2) } },
            Column("softDice", in: .whereItFits(rank: 1)) { mask in mask.softDice.map { Cell.number($0, places: 2) } },
            Column("predictedDice") { mask in mask.dice.map { Cell.number($0, places: 2) } },
            Column("diceLower", title: "from") { mask in mask.diceLower.map { Cell.number($0, places: 2) } },
            Column("diceUpper", title: "to") { mask in mask.diceUpper.map { Cell.number($0, places: 2) } },
            Column("withheld") { $0.withheld },
        ]
    }
}

extension Result {
    fileprivate var failure: Failure? {
        if case .failure(let error) = self { error } else { nil }
    }
}
