internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Workflows

/// Options and output of the purge of a removed dataset or subject.
struct PurgeOptions: ParsableArguments {
    @OptionGroup var confirmation: ConfirmationOptions

    @Option(help: .value("folder", "Folder for the certificate. (default: LACUNA_HOME/certificates)"))
    var certificate: String?

    @OptionGroup var caches: CacheOptions

    func purge(_ target: RemovalTarget, _ session: Session) async throws {
        let folder = certificate ?? "\(session.home)/certificates"
        if confirmation.confirmedReason != nil { try session.secureHome(of: folder) }
        let request = Purge.Request(target, reason: confirmation.confirmedReason, certificates: folder)
        let result = try await Purge(session.workspace(withCaches: caches.folders)).run(request)
        switch session.output.format {
        case .json: session.output.report(fields(of: result))
        case .csv, .table: session.output.report(result.items, PurgeItem.columns)
        }
        for note in notes(on: result) { session.output.note(note) }
        if let problem = result.certificateProblem {
            session.output.warn("the certificate could not be written: \(problem)")
        }
        if result.record != nil, !result.isComplete { throw ExitCode(ExitStatus.partlyDone.rawValue) }
    }

    private func fields(of result: Purge.Result) -> [Cell.Field] {
        let columns = PurgeItem.columns
        func items(_ isIncluded: (PurgeItem) -> Bool) -> [Cell] {
            result.items.filter(isIncluded).map(columns.object(of:))
        }
        return [
            Cell.Field("name", result.target.name), Cell.Field("purged", result.record != nil),
            Cell.Field("complete", result.isComplete), Cell.Field("activity", result.record?.activity.rawValue),
            Cell.Field("bytes", result.items.filter { $0.obstacle == nil }.reduce(0) { $0 + $1.bytes }),
            Cell.Field("objects", items { $0.kind == .object && $0.obstacle == nil }),
            Cell.Field("copies", items { $0.kind != .object && $0.obstacle == nil }),
            Cell.Field("kept", items { $0.obstacle != nil }),
            Cell.Field("holders", result.holders.map(RemovalItem.columns.object(of:))),
            Cell.Field("remains", result.remains),
            Cell.Field("certificate", result.certificate?.json),
            Cell.Field("certificateText", result.certificate?.text),
        ]
    }

    private func notes(on result: Purge.Result) -> [String] {
        var notes = result.holders.map { "still holds information: \($0.kind) \($0.label)" }
        notes += result.remains.map { "remains: \($0)" }
        guard result.record != nil else {
            return (notes.isEmpty ? [] : [""]) + notes + [
                result.items.contains { $0.effect == .pending }
                    ? "\nNothing was destroyed. Add --yes and --reason TEXT to destroy this permanently."
                    : "\nThere is nothing to destroy."
            ]
        }
        let kept = result.items.filter { $0.obstacle != nil }
        notes += kept.map { "not destroyed: \($0.location ?? $0.name): \($0.obstacle ?? "")" }
        if let files = result.certificate { notes.append("certificate: \(files.json), \(files.text)") }
        let counted = "\nDestroyed: \(result.items.count { $0.effect == .destroyed })."
        return [""] + notes + [counted + (kept.isEmpty ? "" : " Not destroyed: \(kept.count), see above.")]
    }
}

extension PurgeItem {
    fileprivate static var columns: [Column<Self>] {
        [
            Column("what") { $0.kind.rawValue }, Column("object", title: "name") { $0.name },
            Column("bytes", in: .whereItFits()) { $0.bytes }, Column("effect") { $0.explanation },
            Column("purged", in: .wideOnly) { $0.isGone }, Column("sha256", in: .wideOnly) { $0.checksum },
            Column("file", in: .wideOnly) { $0.location },
        ]
    }
}
