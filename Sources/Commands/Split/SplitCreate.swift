internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Workflows

struct SplitCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Create a split of subjects by dataset, at random, or from a published list.",
        discussion: """
            A subject is in one part only, whatever datasets it is in. Subjects of datasets that are not named stay \
            unassigned. --holdout draws from the training subjects so that every part has its share of every annotated \
            organ, the rarest first. --folds creates one split per fold, NAME-0, NAME-1 and so on: the subjects of the fold \
            validate, the other training subjects train, and subjects of other parts stay there in every fold. \
            --locked-test locks the test part over all splits: its subjects are in the test part of every later split, and \
            no training run, whatever its split, reads their labels.

            EXAMPLE:
              $ lacuna split create cv --folds 3 --holdout test=0.2
              split  part        subjects  volumes  locked
              cv-0   train              4        4  no
              cv-0   validation         3        3  no
              cv-0   test               3        3  no
              …
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name of the split.")
    var name: String

    @Option(
        help: .value(
            "dataset", "Dataset whose subjects train. Repeatable. (default: all datasets with --holdout or --folds)"))
    var train: [String] = []

    @Option(help: .value("dataset", "Dataset whose subjects fit the confidence network. Repeatable."))
    var confidence: [String] = []

    @Option(help: .value("dataset", "Dataset whose subjects validate. Repeatable."))
    var validation: [String] = []

    @Option(help: .value("dataset", "Dataset whose subjects test. Repeatable."))
    var test: [String] = []

    @Option(
        help: ArgumentHelp(
            "Share of the training subjects to draw for another part, above 0 and below 1, as in test=0.2. Repeatable.",
            valueName: "part=share"),
        transform: SplitPlan.Holdout.init(parsing:))
    var holdout: [SplitPlan.Holdout] = []

    @Option(help: .value("dataset", "Dataset to draw from. Repeatable. (default: all training subjects)"))
    var holdoutFrom: [String] = []

    @Option(help: .value("number", "Number of splits of a cross-validation, at least 2."))
    var folds: Int?

    @OptionGroup var published: ListOptions

    @Flag(help: "Lock the test part: no run of any split reads its labels.")
    var lockedTest = false

    @Option(help: .value("number", "Seed of the random draw."))
    var seed = 0

    func validate() throws {
        let isDrawn = ![train, confidence, validation, test].allSatisfy(\.isEmpty) || !holdout.isEmpty || folds != nil
        if !isDrawn && published.list == nil {
            throw ValidationError("Name a dataset for a part, or give --holdout, --folds or --list.")
        }
        if isDrawn && published.list != nil {
            throw ValidationError("--list gives all parts; it cannot be combined with other sources of subjects.")
        }
        if let folds, folds < 2 { throw ValidationError("--folds must be at least 2.") }
        if folds != nil && (!validation.isEmpty || holdout.contains { $0.part == .validation }) {
            throw ValidationError(
                "--folds chooses the validation subjects; it excludes --validation and --holdout validation.")
        }
        if Set(holdout.map(\.part)).count < holdout.count {
            throw ValidationError("--holdout is given twice for one part.")
        }
        if holdout.reduce(0, { $0 + $1.share }) >= 1 {
            throw ValidationError("The shares of --holdout leave no training subjects.")
        }
    }

    func run() async throws {
        let list = try await published.read()
        try await Session.with(options) { session in
            let source = list.map(SplitCreation.Request.Source.list) ?? .plan(plan)
            let result = try await SplitCreation(catalog: session.catalog)
                .run(.init(name: name, source: source, folds: folds, locksTest: lockedTest))
            for note in (result.listed?.notes ?? []) + result.notes { session.output.note(note) }
            session.output.report(result.parts, SplitPartRow.columns)
        }
    }

    private var plan: SplitPlan {
        SplitPlan(
            datasets: [.train: train, .confidence: confidence, .validation: validation, .test: test],
            holdouts: holdout, holdoutDatasets: holdoutFrom, seed: seed,
            drawsFromAll: folds != nil || !holdout.isEmpty)
    }
}

extension SplitPlan.Holdout {
    /// Parses `test=0.2`.
    fileprivate init(parsing argument: String) throws {
        let sides = argument.split(separator: "=", maxSplits: 1).map(String.init)
        guard sides.count == 2, let part = SplitPart(rawValue: sides[0]), part != .train, let share = Double(sides[1]),
            share > 0, share < 1
        else {
            throw ValidationError("use confidence, validation or test and a share above 0 and below 1, as in test=0.2")
        }
        self.init(part: part, share: share)
    }
}

extension SplitPartRow {
    static var columns: [Column<SplitPartRow>] {
        [
            Column("split") { $0.split }, Column("part") { $0.part.rawValue }, Column("subjects") { $0.subjects },
            Column("volumes") { $0.volumes }, Column("locked") { $0.isLocked },
        ]
    }
}
