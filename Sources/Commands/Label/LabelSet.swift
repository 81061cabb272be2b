internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Postgres

struct LabelSet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Say that an organ is absent, or take its annotations back.")

    /// The states that need no mask.
    enum Status: String, CaseIterable, ExpressibleByArgument { case absent, unlabelled }

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name the volume by its id, by DATASET/CASE or by its file.")
    var volume: String

    @Argument(help: "Name the organ by its key or another spelling.")
    var organ: String

    @Argument(help: "Say absent (somebody looked, it is not there) or unlabelled (nobody looked).")
    var status: Status

    @Option(help: "Say why; it is kept with the history. No patient data.")
    var reason: String

    @Flag(help: "Do it although the organ is annotated there; history keeps the mask.")
    var override = false

    func validate() throws {
        if reason.allSatisfy(\.isWhitespace) { throw ValidationError("Say why: --reason TEXT.") }
    }

    func run() async throws {
        try await Session.with(options) { session in
            let volume = try await session.volume(named: volume)
            let organ = try await session.catalog.organ(named: organ)
            if status == .absent { try await session.requireNoParts(of: organ, in: volume.id) }
            if !override { try await refuseHidingAnAnnotation(of: organ, in: volume, session) }
            let parameters = JSONRenderer.render(.object([Cell.Field("reason", reason)]))
            let written = try await session.catalog.setLabel(
                status == .absent ? .absent : .unlabelled, volume: volume.id, organ: organ,
                parameters: JSONText(parameters))
            let revision = try await session.catalog.currentRevision()
            let label = try await session.catalog.labels(volume: volume.id, organ: organ).first
            session.output.report([
                Cell.Field("volume", volume.id.rawValue), Cell.Field("organ", organ.rawValue),
                Cell.Field("status", label?.status.rawValue ?? "unlabelled"),
                Cell.Field("mask", label?.mask?.rawValue), Cell.Field("changed", written > 0),
                Cell.Field("revision", revision.number),
            ])
            if let note = note(label, isNew: written > 0) { session.output.note(note) }
        }
    }

    /// Why nothing changed, or why the organ is not what was said of it.
    private func note(_ label: LabelRow?, isNew: Bool) -> String? {
        switch (status, label?.status) {
        case (.unlabelled, .pseudo?):
            let taken = isNew ? "The annotations are taken back" : "Nobody annotated it, so nothing was taken back"
            let rollback =
                label?.round.map { round in
                    let run = round.prefix { $0 != "/" }
                    return
                        "lacuna mask rollback --run \(run) --organ \(organ) --to none hides that label in every volume"
                } ?? "a release ships that label"
            return taken
                + "; what shows is a model's label. \(rollback); lacuna label set \(volume) \(organ) absent says "
                + "that the organ is not there."
        case (.unlabelled, _): return isNew ? nil : "Nobody had said anything of it; nothing changed."
        case (.absent, _): return isNew ? nil : "It was said before; nothing changed."
        }
    }

    private func refuseHidingAnAnnotation(
        of organ: OrganKey, in volume: VolumeRow, _ session: Session
    ) async throws {
        let labels = try await session.catalog.labels(volume: volume.id, organ: organ)
        guard let standing = labels.first(where: { $0.status == .annotated }), let mask = standing.mask else { return }
        throw CommandFailure(
            .conflict, "\(organ) is annotated in volume \(volume.id): mask \(mask), origin \(standing.origin.rawValue)",
            remedy: "look at it with lacuna mask show \(mask); add --override if it is wrong")
    }
}
