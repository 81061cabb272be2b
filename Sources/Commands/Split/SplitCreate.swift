internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct SplitCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a split of subjects, by dataset, by chance, or both.",
        discussion: """
            A subject is in one part only, whatever datasets it is in. Subjects of no named dataset stay unassigned. \
            --holdout draws from the subjects that would train, so that every part has its share of every annotated \
            organ, the rarest first. --folds makes one split for each fold, main-0, main-1 and so on: its subjects \
            validate, the others train, and whoever is in another part stays there in all of them.

              lacuna split create main --train internal --train Task03_Liver --test heldout
              lacuna split create main --train internal --holdout validation=0.2 --holdout confidence=0.1 --seed 7
              lacuna split create cv --folds 5 --holdout test=0.1
              lacuna split create theirs --list splits_final.json --fold 0 --dataset Task03_Liver

            --list takes what somebody published: nnU-Net's splits_final.json, a MONAI or Decathlon list, or a CSV file with \
            the columns case and part.
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Call the split so.")
    var name: String

    @Option(
        help: "Train on the subjects of this dataset; say it again for more (default with --holdout: all datasets).")
    var train: [String] = []

    @Option(help: "Fit the confidence network on the subjects of this dataset.")
    var confidence: [String] = []

    @Option(help: "Validate on the subjects of this dataset.")
    var validation: [String] = []

    @Option(help: "Test on the subjects of this dataset.")
    var test: [String] = []

    @Option(
        help: "Draw a share of the training subjects, above 0 and below 1, for another part, such as test=0.2.",
        transform: Holdout.init(parsing:))
    var holdout: [Holdout] = []

    @Option(help: "Draw only subjects of this dataset; say it again for more.")
    var holdoutFrom: [String] = []

    @Option(help: "Make this many splits for cross-validation.")
    var folds: Int?

    @Option(help: "Take the parts from this published list.", completion: .file())
    var list: String?

    @Option(help: "Look for the list's cases in this dataset only.")
    var dataset: String?

    @Option(help: "Take this fold of the list for validation, counted from 0.")
    var fold: Int?

    @Option(help: "Draw with this seed.")
    var seed = 0

    func validate() throws {
        let isDrawn = ![train, confidence, validation, test].allSatisfy(\.isEmpty) || !holdout.isEmpty || folds != nil
        if !isDrawn && list == nil {
            throw ValidationError("Name a dataset for a part, or give --holdout, --folds or --list.")
        }
        if isDrawn && list != nil { throw ValidationError("--list says all parts; leave the others out.") }
        if list == nil && (dataset != nil || fold != nil) {
            throw ValidationError("--dataset and --fold belong to --list.")
        }
        if let folds, folds < 2 { throw ValidationError("--folds is 2 or more.") }
        if folds != nil && (!validation.isEmpty || holdout.contains { $0.part == .validation }) {
            throw ValidationError("With --folds the folds validate; leave out --validation and --holdout validation.")
        }
        if holdout.reduce(0, { $0 + $1.share }) >= 1 { throw ValidationError("The shares of --holdout leave nothing.") }
    }

    func run() async throws {
        try await Session.with(options) { session in
            if let list {
                let members = try await ListedMembers(list: list, fold: fold, dataset: dataset).find(session)
                try await session.catalog.createSplits(
                    [NewSplit(name: name, members: members)], method: "listed", seed: nil)
                let parts = try await session.catalog.splits().filter { $0.split == name }
                return session.output.report(parts, SplitPartRow.columns)
            }
            let plan = SplitPlan(
                split: name, datasets: [.train: train, .confidence: confidence, .validation: validation, .test: test],
                holdouts: holdout, holdoutDatasets: holdoutFrom, seed: seed,
                drawsFromAll: folds != nil || !holdout.isEmpty)
            let splits = try await splits(plan, session.catalog)
            try await session.catalog.createSplits(splits, method: plan.method, seed: plan.drawsFromAll ? seed : nil)
            let names = Set(splits.map(\.name))
            let parts = try await session.catalog.splits().filter { names.contains($0.split) }
            session.output.report(parts, SplitPartRow.columns)
        }
    }

    private func splits(_ plan: SplitPlan, _ catalog: LabelCatalog) async throws -> [NewSplit] {
        guard let folds else { return [NewSplit(name: name, members: try await plan.members(in: catalog))] }
        return try await plan.folds(folds, in: catalog).enumerated().map { fold, members in
            NewSplit(name: "\(name)-\(fold)", members: members)
        }
    }
}

/// `test=0.2`: a part and the share of subjects drawn for it.
struct Holdout: Hashable, Sendable {
    let part: SplitPart
    let share: Double

    init(parsing argument: String) throws {
        let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2, let part = SplitPart(rawValue: parts[0]), part != .train, let share = Double(parts[1]),
            share > 0, share < 1
        else {
            throw ValidationError("name confidence, validation or test and a share above 0 and below 1, as in test=0.2")
        }
        (self.part, self.share) = (part, share)
    }
}

extension SplitPartRow {
    static var columns: [Column<SplitPartRow>] {
        [
            Column("split") { $0.split }, Column("part") { $0.part.rawValue }, Column("subjects") { $0.subjects },
            Column("volumes") { $0.volumes },
        ]
    }
}
