internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Objects
internal import System

/// How the bytes of something that is removed are destroyed.
struct PurgeOptions: ParsableArguments {
    @Option(help: "Say why; it is kept with the history. No patient data.")
    var reason: String?

    @Flag(help: "Do it; without this, only list the objects. It cannot be undone.")
    var yes = false

    func validate() throws {
        if yes && (reason ?? "").allSatisfy(\.isWhitespace) { throw ValidationError("Say why: --reason TEXT.") }
    }

    func purge(_ thing: Withdrawable, name: String, _ session: Session) async throws {
        let (catalog, output) = (session.catalog, session.output)
        let store = try await session.objectStore(create: false)
        var objects = try await catalog.purgeable(thing)
        if yes {
            objects = try await catalog.purge(thing, reason: reason ?? "") { gone in
                try await BlockingWork().run {
                    for object in gone { try store.remove(ObjectID(digest: object.digest, size: object.bytes)) }
                }
            }
        }
        let rows = objects.map { PurgeRow(object: $0, isGone: yes, file: store.path(of: $0.id)) }
        switch output.format {
        case .json:
            output.report([
                Cell.Field("name", name), Cell.Field("purged", yes),
                Cell.Field("bytes", objects.reduce(0) { $0 + $1.bytes }), Cell.Field("objects", rows.map(\.cell)),
            ])
        case .csv, .table: output.report(rows, PurgeRow.columns)
        }
        output.note(
            yes
                ? "\nObjects destroyed: \(objects.count); tombstones are left. Images lie where they were imported from."
                : "\nNothing was destroyed. Add --yes and --reason TEXT to destroy these bytes for good; only what is removed "
                    + "can be purged.")
    }
}

private struct PurgeRow {
    let object: PurgedObject
    let isGone: Bool
    let file: String

    static var columns: [Column<PurgeRow>] {
        [
            Column("object") { $0.object.digest.description }, Column("bytes") { $0.object.bytes },
            Column("purged") { $0.isGone }, Column("file", isShown: false) { $0.file },
        ]
    }

    var cell: Cell { .object(Self.columns.map { Cell.Field($0.key, $0.value(self)) }) }
}

extension PurgedObject {
    fileprivate var id: ObjectID { ObjectID(digest: digest, size: bytes) }
}
