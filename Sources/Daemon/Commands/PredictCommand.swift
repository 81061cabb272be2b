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

            An image that cannot be predicted is named, and the others are predicted, with exit status 4; JSON and CSV have a row \
            with its problem and remedy. An image of another modality than those of the run is refused, as is one that does not \
            fit into memory. Warned of are a spacing outside that of the run's volumes, values that do not look like those of the \
            run's modality, outliers, few different values, almost empty images, one slice, and a grid that is sheared, \
            rotated far, or without orientation.

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

    @Option(help: .value("modality", "Modality of the NIfTI files; DICOM states its own."))
    var modality: Modality?

    @Flag(help: "Replace masks that exist.")
    var force = false

    @Flag(help: "Start the outside program that trained the run. It runs with your rights.")
    var runTrainer = false

    func run() async throws {
        let results = try await Program.naming(round.run) {
            let (session, run) = try await DaemonSession.open(options, run: round.run, .asked(runTrainer))
            let prediction = try await ImagePrediction(session, run: run, round: round.round)
            let bar = options.output.progress("predicting", total: images.count)
            defer { bar.finish() }
            return try await prediction.run(
                .init(images: images, output: output, modality: modality?.rawValue, mayOverwrite: force),
                warn: { options.output.warn($0) }, progress: { bar.show($0, label: "predicting") })
        }
        try report(results)
    }

    /// - Throws: the first failure where no image was predicted.
    private func report(_ results: [PredictionResult]) throws {
        let rows = results.flatMap(\.rows)
        let (masks, failures) = (rows.filter { $0.mask != nil }, rows.compactMap(\.failure))
        let isTable = options.output.format == .table
        if !isTable || !masks.isEmpty { options.output.report(isTable ? masks : rows, PredictionRow.columns) }
        if masks.isEmpty, let first = failures.first {
            for failure in failures.dropFirst() { options.output.warn(Self.text(of: failure)) }
            throw first
        }
        for failure in failures { options.output.warn(Self.text(of: failure)) }
        if !failures.isEmpty { throw ExitCode(ExitStatus.partlyDone.rawValue) }
    }
}

extension PredictCommand {
    private static func text(of failure: CommandFailure) -> String {
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

/// A mask of an image, or why nothing was written for it.
private struct PredictionRow {
    let image: String
    var mask: PredictedMask?
    var failure: CommandFailure?

    static var columns: [Column<PredictionRow>] {
        [
            Column("image") { $0.image },
            Column("organ") { $0.mask?.organ },
            Column("file", in: .wideOnly) { $0.mask?.file },
            Column("voxels", in: .whereItFits(rank: 2)) { $0.mask?.voxels },
            Column("millilitres") { $0.mask.map { Cell.number($0.millilitres, places: 1) } },
            Column("confidence", in: .wideOnly) { $0.mask?.confidence.map { Cell.number($0, places: 2) } },
            Column("softDice", in: .whereItFits(rank: 1)) { $0.mask?.softDice.map { Cell.number($0, places: 2) } },
            Column("predictedDice") { $0.mask?.dice.map { Cell.number($0, places: 2) } },
            Column("diceLower", title: "from") { $0.mask?.diceLower.map { Cell.number($0, places: 2) } },
            Column("diceUpper", title: "to") { $0.mask?.diceUpper.map { Cell.number($0, places: 2) } },
            Column("withheld") { $0.mask?.withheld },
        ] + failureColumns
    }

    /// Those of an image that was not predicted, which tables do not have.
    private static var failureColumns: [Column<PredictionRow>] {
        [
            Column("problem", in: .wideOnly) { $0.failure?.problem },
            Column("remedy", in: .wideOnly) { $0.failure?.remedy },
        ]
    }
}

extension PredictionResult {
    /// One row for each mask, or one for the failure.
    fileprivate var rows: [PredictionRow] {
        switch outcome {
        case .success(let image): image.masks.map { PredictionRow(image: self.image, mask: $0) }
        case .failure(let error): [PredictionRow(image: image, failure: CommandFailure(error))]
        }
    }
}
