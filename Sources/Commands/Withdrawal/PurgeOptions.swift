internal import ArgumentParser
internal import Console
internal import Domain
internal import Workflows

/// Options and output of the purge of a removed dataset or subject.
struct PurgeOptions: ParsableArguments {
    @OptionGroup var confirmation: ConfirmationOptions

    func purge(_ target: RemovalTarget, _ session: Session) async throws {
        let (purge, isDone) = (Purge(session.workspace), confirmation.yes)
        let objects =
            if let reason = confirmation.confirmedReason {
                try await purge.run(target, reason: reason)
            } else {
                try await purge.plan(target)
            }
        let columns = Purge.PurgedMasks.columns(isDone: isDone)
        switch session.output.format {
        case .json:
            session.output.report([
                Cell.Field("name", target.name), Cell.Field("purged", isDone),
                Cell.Field("bytes", objects.reduce(0) { $0 + $1.bytes }),
                Cell.Field("objects", objects.map(columns.object(of:))),
            ])
        case .csv, .table: session.output.report(objects, columns)
        }
        session.output.note(
            isDone
                ? "\nObjects destroyed: \(objects.count). Tombstones remain. Images stay in the folder that they were "
                    + "imported from."
                : objects.isEmpty
                    ? "There is nothing to destroy: no object is used by this data alone."
                    : "\nNothing was destroyed. Add --yes and --reason TEXT to destroy these objects permanently.")
    }
}

extension Purge.PurgedMasks {
    fileprivate static func columns(isDone: Bool) -> [Column<Self>] {
        [
            Column("object") { $0.digest.description }, Column("bytes") { $0.bytes },
            Column("purged") { _ in isDone }, Column("file", in: .wideOnly) { $0.location },
        ]
    }
}
