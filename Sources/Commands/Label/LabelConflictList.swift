internal import ArgumentParser
internal import Console
internal import Domain
internal import Workflows

struct LabelConflictList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "conflicts", abstract: "List where sources of the same scan contradict each other.",
        discussion: """
            status: an organ is annotated by one source and absent by another. overlap: two masks of an organ have a low \
            Dice coefficient. part: an organ is absent although a part or a lesion of it is annotated, or the reverse for all its \
            divisions. exclusion: two organs that exclude each other share more than a twentieth of the smaller one. \
            outside: a part or a lesion has no voxel in its organ. modality and spacing: two headers differ although the \
            voxels are equal. subject: equal voxels, or patient and study identifiers in DICOM slices, contradict the \
            recorded subjects. The state is held where the other label waits for a decision \
            and is not used; person or policy where the current label was chosen so; open where both are in use. Decide \
            held labels with lacuna mask policy set, lacuna label set, or dataset import --accept conflict, and subjects \
            with lacuna subject join or split. Masks are compared once, and the result is kept.

            EXAMPLE:
              $ lacuna label conflicts
              kind    case     organ  current       value      other         value   dice  state
              status  first/c  liver  first nnunet  annotated  second nnun…  absent     -  held
            """)

    @OptionGroup var options: GlobalOptions

    @Option(help: "Dataset that one of the two sides is of. (default: all)")
    var dataset: String?

    @Option(help: "Organ: its key or another spelling. (default: all)")
    var organ: String?

    @Option(help: "Volume: its id, DATASET/CASE or its file. (default: all)")
    var volume: String?

    @Option(help: "Kind of conflict. Repeatable. (default: all)")
    var kind: [LabelConflictSearch.Kind] = []

    @Flag(help: "List only labels that are held for a decision.")
    var held = false

    @Option(help: .value("dice", "Dice coefficient below which two masks are listed, 0 to 1."))
    var below = KnownMask.littleOverlap

    func validate() throws {
        guard (0...1).contains(below) else { throw ValidationError("--below must be a Dice coefficient from 0 to 1.") }
    }

    func run() async throws {
        try await Session.with(options) { session in
            var request = LabelConflictSearch.Request(dice: below)
            (request.volume, request.organ, request.dataset) = (volume, organ, dataset)
            (request.kinds, request.isHeldOnly) = (Set(kind), held)
            let conflicts = try await LabelConflictSearch(session.workspace).run(request)
            session.output.report(conflicts, LabelConflictSearch.Conflict.columns)
            let held = conflicts.count { $0.state == .held }
            if conflicts.isEmpty { session.output.note(emptyNote) }
            if held > 0 {
                session.output.note(
                    "Held for a decision: \(held). lacuna dataset import --accept conflict:CASE uses the held labels of a case; "
                        + "lacuna mask policy set datasets ranks datasets.")
            }
        }
    }
}

extension LabelConflictList {
    private var emptyNote: String {
        let isFiltered = dataset != nil || organ != nil || volume != nil || !kind.isEmpty || held
        return isFiltered ? "No contradiction matches the options." : "No sources contradict each other."
    }
}

extension LabelConflictSearch.Kind: ExpressibleByArgument {}

extension LabelConflictSearch.Conflict {
    fileprivate static var columns: [Column<LabelConflictSearch.Conflict>] {
        [
            Column("kind") { $0.kind.rawValue },
            Column("volume", in: .wideOnly) { $0.volume.rawValue },
            Column("case") { $0.caseName },
            Column("organ") { $0.organ?.rawValue },
            Column("current") { $0.current?.source },
            Column("currentValue", title: "value") { $0.current?.value },
            Column("currentOrigin", in: .wideOnly) { $0.current?.origin?.rawValue },
            Column("currentMask", in: .wideOnly) { $0.current?.mask?.rawValue },
            Column("other") { $0.other.source },
            Column("otherValue", title: "value") { $0.other.value },
            Column("otherOrigin", in: .wideOnly) { $0.other.origin?.rawValue },
            Column("otherMask", in: .wideOnly) { $0.other.mask?.rawValue },
            Column("dice") { row in row.dice.map { Cell.number($0, places: 3) } },
            Column("state") { $0.state.rawValue },
        ]
    }
}
