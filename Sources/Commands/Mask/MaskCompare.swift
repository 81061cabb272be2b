internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Imaging
internal import Numerics

struct MaskCompare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Compare two masks of one volume: Dice, surface distances, millilitres.")

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name the first mask by its id.")
    var first: Int64

    @Argument(help: "Name the second mask by its id.")
    var second: Int64

    @Option(help: "Count surfaces as equal within this many millimetres.")
    var tolerance = 2.0

    func run() async throws {
        try await Session.with(options) { session in
            let a = try await session.catalog.mask(MaskID(first))
            let b = try await session.catalog.mask(MaskID(second))
            guard a.volume == b.volume else {
                throw CommandFailure(
                    .badInput, "mask \(first) is of volume \(a.volume), mask \(second) of volume \(b.volume)",
                    remedy: "name two masks of one volume")
            }
            let volume = try await session.catalog.volume(named: a.volume.description)
            let reader = MaskReader(store: try await session.objectStore(create: false))
            let one = try await reader.read(a.location, shape: a.shape).foreground
            let other = try await reader.read(b.location, shape: b.shape).foreground
            let comparison = MaskComparison(one, other, spacing: volume.spacing)
            session.output.report([
                Cell.Field("volume", a.volume.rawValue), Cell.Field("first", a.organ.rawValue),
                Cell.Field("second", b.organ.rawValue), Cell.Field("dice", comparison.dice),
                Cell.Field("surfaceDice", comparison.surface?.normalisedDice(toleranceInMillimetres: tolerance)),
                Cell.Field("toleranceMillimetres", tolerance),
                Cell.Field("hausdorff95Millimetres", comparison.surface?.hausdorff95),
                Cell.Field("firstMillilitres", comparison.firstMillilitres),
                Cell.Field("secondMillilitres", comparison.secondMillilitres),
            ])
        }
    }
}

/// How much two masks of one volume agree.
struct MaskComparison {
    /// Nil where both are empty.
    let dice: Double?
    /// Nil where one is empty.
    let surface: SurfaceDistance?
    let firstMillilitres: Double
    let secondMillilitres: Double

    /// - Parameter spacing: millimetres along x, y, z.
    init(_ first: BitVolume, _ second: BitVolume, spacing: Vector3<Double>) {
        surface = SurfaceDistance(first, second, spacing: spacing)
        dice = Dice.coefficient(first, second)
        firstMillilitres = VolumeMeasure.millilitres(first, spacing: spacing)
        secondMillilitres = VolumeMeasure.millilitres(second, spacing: spacing)
    }
}
