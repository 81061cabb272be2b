internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Imaging
internal import System
internal import Workflows

struct MaskPicture: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "picture",
        abstract: "Draw a slice of a volume with its known and its pseudo masks, round by round.",
        discussion: """
            One column each for the image, what is annotated, and the pseudo labels that each round published. The patient's \
            right is on the left. Without --slice it is the axial slice that shows the most organs.
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name the volume by its id, by DATASET/CASE or by its file.")
    var volume: String

    @Option(help: "Write this file, .png.")
    var output: String

    @Option(name: .customLong("organ"), help: "Draw only this organ; say it again for more.")
    var organs: [String] = []

    @Option(help: "Draw only rounds of this run.")
    var run: String?

    @Option(help: "Draw this axial slice, counted from 0 at the feet.")
    var slice: Int?

    func validate() throws {
        guard output.hasSuffix(".png") else { throw ValidationError("--output ends in .png.") }
    }

    func run() async throws {
        try await Session.with(options) { session in
            let volume = try await session.volume(named: volume)
            let sets = try await columns(of: volume, session)
            guard sets.contains(where: { !$0.masks.isEmpty }) else {
                throw CommandFailure(
                    .badInput, "volume \(volume.id) has no mask of these organs",
                    remedy: "see lacuna mask list --volume \(volume.id)")
            }
            if let slice, !(0..<volume.shape.z).contains(slice) {
                throw CommandFailure(
                    .badInput, "volume \(volume.id) has no slice \(slice)",
                    remedy: "its axial slices are 0, at the feet, to \(volume.shape.z - 1)")
            }
            let source = try MaskExportSource.choose(volume, dataset: nil)
            let title = "\(source.dataset)/\(source.caseName)"
            let (path, wanted, converted) = (output, slice, session.converted)
            let drawn = try await BlockingWork().run {
                let image = try MaskExportSource.image(of: source, converted)
                let picture = SlicePicture(title: title, image: image, columns: sets, slice: wanted)
                try PNGWriter.write(picture.draw(), to: path)
                return picture.index
            }
            session.output.report([
                Cell.Field("file", path), Cell.Field("volume", volume.id.rawValue), Cell.Field("slice", drawn),
                Cell.Field("columns", sets.count + 1),
            ])
        }
    }

    /// What is known first, then the rounds in the order in which they published.
    private func columns(of volume: VolumeRow, _ session: Session) async throws -> [SlicePicture.Column] {
        let reader = BlockingMaskReader(store: try await session.objectStore(create: false))
        var known = SlicePicture.Column(title: "known")
        var rounds: [String: SlicePicture.Column] = [:]
        var order: [String] = []
        for organ in try await shownOrgans(volume.id, session.catalog) {
            for version in try await session.catalog.maskHistory(volume: volume.id, organ: organ) {
                if let round = version.round {
                    guard run == nil || round.hasPrefix("\(run ?? "")/") else { continue }
                    if !order.contains(round) { order.append(round) }
                    let mask = try await reader.read(version.mask, shape: volume.shape)
                    rounds[round, default: SlicePicture.Column(title: Self.title(round))].add(
                        organ, mask.foreground, confidence: version.confidence)
                } else if version.isCurrent {
                    known.add(organ, try await reader.read(version.mask, shape: volume.shape).foreground)
                }
            }
        }
        return [known] + order.compactMap { rounds[$0] }
    }

    /// `run/2` as words.
    private static func title(_ round: String) -> String {
        let parts = round.split(separator: "/")
        return parts.count == 2 ? "\(parts[0]) round \(parts[1])" : round
    }

    /// Those asked for; else those that a run learned; else those with a mask here.
    private func shownOrgans(_ volume: VolumeID, _ catalog: LabelCatalog) async throws -> [OrganKey] {
        if !organs.isEmpty { return try await catalog.organs(named: organs) }
        let learned = Set(try await catalog.rounds(run: run).flatMap(\.dice.keys))
        if !learned.isEmpty { return try await catalog.ontology().organs.map(\.key).filter(learned.contains) }
        return try await catalog.labels(volume: volume).filter { $0.mask != nil }.map(\.organ)
    }
}
