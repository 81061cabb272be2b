internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Workflows

struct VolumeShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a volume with its sources and its labels.",
        discussion: """
            EXAMPLE:
              $ lacuna volume show clinic/case_1
              id        9
              subject   clinic/case_1
              shape     48, 48, 24
              spacing   8.000, 8.000, 10.000
              modality  CT
              withheld  -
              purged    -
              source    dataset clinic, release as-declared, case case_1, file …

              mask  volume  dataset/case   organ         status     origin  …
               111       9  clinic/case_1  liver         annotated  expert
               115       9  clinic/case_1  kidney_right  annotated  expert
              …
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Volume: its id, DATASET/CASE or its file.")
    var volume: String

    func run() async throws {
        try await Session.with(options) { session in
            let volume = try await session.workspace.volume(named: volume)
            let labels = try await session.catalog.labels(volume: volume.id)
            let isTable = session.output.format == .table
            let purge = try await session.catalog.purge(of: volume.id)
            session.output.report(fields(of: volume, purge, labels: isTable ? [] : labels))
            if isTable {
                session.output.separate()
                session.output.report(
                    labels, LabelRow.columns(session.output.format), empty: "No organ is labelled in it.")
            }
        }
    }

    private func fields(of volume: VolumeRow, _ purge: PurgeEvent?, labels: [LabelRow]) -> [Cell.Field] {
        let isTable = options.output.format == .table
        let sources = volume.sources.map { source in
            let study = [Cell.Field("study", source.study), Cell.Field("phase", source.phase)]
            return Cell.object(
                [
                    Cell.Field("dataset", source.dataset), Cell.Field("release", source.release),
                    Cell.Field("case", source.caseName), Cell.Field("file", "\(source.root)/\(source.file)"),
                    Cell.Field("sourceSpacing", (0..<3).map { source.affine.spacing[$0] }, title: "spacing"),
                    Cell.Field("sourceModality", source.modality, title: "modality"),
                    Cell.Field("orientation", source.orientation),
                    Cell.Field("sha256", source.sha256.description),
                ] + (isTable && source.study == nil ? [] : study))
        }
        var fields = [
            Cell.Field("id", volume.id.rawValue), Cell.Field("subject", volume.subject),
            Cell.Field("shape", [volume.shape.x, volume.shape.y, volume.shape.z]),
            Cell.Field("spacing", (0..<3).map { volume.spacing[$0] }), Cell.Field("modality", volume.modality),
            Cell.Field("withheld", volume.withheld),
            Cell.Field("purged", purge.map { "\($0.time) by activity \($0.activity)" }),
        ]
        guard isTable else {
            return fields + [Cell.Field("sources", sources), Cell.Field("labels", labels.map(\.cell))]
        }
        for source in sources { fields.append(Cell.Field("source", source)) }
        return fields
    }
}

extension LabelRow {
    fileprivate var cell: Cell {
        .object([
            Cell.Field("organ", organ.rawValue), Cell.Field("status", status.rawValue),
            Cell.Field("origin", origin.rawValue), Cell.Field("mask", mask?.rawValue), Cell.Field("voxels", voxels),
            Cell.Field("millilitres", millilitres), Cell.Field("confidence", confidence),
        ])
    }
}
