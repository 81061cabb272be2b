internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

/// How a dataset or a subject is removed: the list of everything concerned first, the act only when asked.
struct RemovalOptions: ParsableArguments {
    @Option(help: "Say why; it is kept with the history. No patient data.")
    var reason: String?

    @Flag(help: "Do it; without this, only list what it would concern.")
    var yes = false

    @Flag(help: "Go on showing the labels of other volumes that come of it.")
    var keepDerived = false

    func validate() throws {
        if yes && (reason ?? "").allSatisfy(\.isWhitespace) { throw ValidationError("Say why: --reason TEXT.") }
    }

    /// - Parameter name: what the person called it.
    func remove(_ thing: Withdrawable, name: String, _ session: Session) async throws {
        let (catalog, output) = (session.catalog, session.output)
        var items = try await catalog.removalPlan(thing)
        if keepDerived {
            for index in items.indices where items[index].effect == RemovalItem.recalled {
                items[index].effect = "kept"
            }
        }
        var isNew = false
        if yes {
            isNew = try await catalog.withdraw(thing, recalling: !keepDerived, reason: reason ?? "")
            try await catalog.compactCoverage()
        }
        let revision = try await catalog.currentRevision()
        switch output.format {
        case .json:
            output.report([
                Cell.Field("name", name), Cell.Field("changed", isNew), Cell.Field("revision", revision.number),
                Cell.Field("items", items.map(\.cell)),
            ])
        case .csv, .table: output.report(items, RemovalItem.columns)
        }
        let exports = items.count { $0.kind == RemovalItem.export }
        if exports > 0 {
            output.note(
                "\n\(exports == 1 ? "1 export" : "\(exports) exports") of it left the catalogue before, which a removal does not "
                    + "reach: what went there has to be deleted there.")
        }
        if !yes {
            output.note("\nNothing was changed. Add --yes and --reason TEXT to withhold all of this at one revision.")
        } else if isNew {
            output.note("\nWithheld from revision \(revision) on. The files and the history are kept.")
        } else {
            output.note("\nIt was removed before; nothing was changed.")
        }
    }
}

/// Takes a withdrawal back.
struct Restoration {
    let session: Session

    func restore(_ thing: Withdrawable, name: String, reason: String) async throws {
        let changed = try await session.catalog.restore(thing, reason: reason)
        try await session.catalog.compactCoverage()
        session.output.report([
            Cell.Field("name", name), Cell.Field("changed", changed),
            Cell.Field("revision", try await session.catalog.currentRevision().number),
        ])
        if !changed { session.output.note("It was not withdrawn; nothing was changed.") }
    }
}

extension RemovalItem {
    static var columns: [Column<RemovalItem>] {
        [
            Column("kind") { $0.kind }, Column("id") { $0.id }, Column("label") { $0.label },
            Column("count") { $0.count },
            Column("effect") { $0.effect },
        ]
    }

    fileprivate var cell: Cell { .object(Self.columns.map { Cell.Field($0.key, $0.value(self)) }) }
}
