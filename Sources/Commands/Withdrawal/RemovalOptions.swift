internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Workflows

/// Options and output of the removal of a dataset or a subject.
struct RemovalOptions: ParsableArguments {
    @OptionGroup var confirmation: ConfirmationOptions

    @Flag(help: "Keep showing labels of other volumes that were derived from the removed data.")
    var keepDerived = false

    func remove(_ target: RemovalTarget, _ session: Session) async throws {
        let result = try await Removal(session.workspace)
            .run(Removal.Request(target, reason: confirmation.confirmedReason, keepsDerived: keepDerived))
        switch session.output.format {
        case .json:
            session.output.report([
                Cell.Field("name", target.name), Cell.Field("changed", result.isChanged),
                Cell.Field("revision", result.revision.number), Cell.Field("items", result.items.map(\.cell)),
            ])
        case .csv, .table: session.output.report(result.items, RemovalItem.columns)
        }
        for note in notes(on: result) { session.output.note("\n" + note) }
    }

    private func notes(on result: Removal.Result) -> [String] {
        var notes: [String] = []
        if result.exports > 0 {
            let exports =
                result.exports == 1 ? "1 earlier export contains" : "\(result.exports) earlier exports contain"
            notes.append(
                "\(exports) this data. A removal does not reach exported files; they have to be deleted where they are."
            )
        }
        if !confirmation.yes {
            notes.append("Nothing was changed. Add --yes and --reason TEXT to withhold all of this at one revision.")
        } else if result.isChanged {
            notes.append("Withheld from revision \(result.revision) on. Files and history are kept.")
        } else {
            notes.append("Already removed; nothing was changed.")
        }
        return notes
    }
}

extension Removal.Restored {
    /// Reports that a removal was undone.
    func report(_ target: RemovalTarget, to output: Output) {
        output.report([
            Cell.Field("name", target.name), Cell.Field("changed", isChanged),
            Cell.Field("revision", revision.number),
        ])
        if !isChanged { output.note("It was not removed; nothing was changed.") }
    }
}

extension RemovalItem {
    static var columns: [Column<RemovalItem>] {
        [
            Column("kind") { $0.kind }, Column("id") { $0.id }, Column("label") { $0.label },
            Column("count") { $0.count }, Column("effect") { $0.effect },
        ]
    }

    fileprivate var cell: Cell { Self.columns.object(of: self) }
}
