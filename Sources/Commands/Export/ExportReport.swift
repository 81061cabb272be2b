internal import Catalog
internal import Console
internal import Domain
internal import Exporters

/// What an export wrote, organ by organ.
struct ExportReport: Sendable {
    struct OrganCount: Sendable {
        let organ: OrganKey
        /// The values of its voxels.
        let values: [Int]
        var annotated = 0
        var absent = 0
        var pseudo = 0
        var unlabelled = 0
        var voxels = 0
    }

    private(set) var organs: [OrganCount]
    private(set) var cases = 0
    private(set) var voxels = 0
    private(set) var ignored = 0
    private(set) var contested = 0
    /// The masks that the labels were made from.
    private(set) var masks: Set<MaskID> = []

    private let ontology: Ontology

    init(_ scheme: LabelScheme, _ ontology: Ontology) {
        self.ontology = ontology
        organs = scheme.organs.enumerated().map { OrganCount(organ: $1, values: scheme.region(of: $0)) }
    }

    mutating func add(_ item: ExportCase, _ written: WrittenLabel) {
        cases += 1
        voxels += item.shape.count
        ignored += written.ignored
        contested += written.contested
        masks.formUnion(written.masks)
        for index in organs.indices {
            organs[index].voxels += written.voxels[index]
            switch item.status(of: organs[index].organ, ontology) {
            case .annotated: organs[index].annotated += 1
            case .absent: organs[index].absent += 1
            case .pseudo: organs[index].pseudo += 1
            case .unlabelled: organs[index].unlabelled += 1
            }
        }
    }

    /// Per cent of the voxels of which not all is known.
    var ignoredShare: Double { voxels == 0 ? 0 : 100 * Double(ignored) / Double(voxels) }

    static var columns: [Column<OrganCount>] {
        [
            Column("organ") { $0.organ.rawValue }, Column("values") { $0.values },
            Column("annotated") { $0.annotated }, Column("absent") { $0.absent }, Column("pseudo") { $0.pseudo },
            Column("unlabelled") { $0.unlabelled }, Column("voxels") { $0.voxels },
        ]
    }

    /// Fields and the organs' table, or one object.
    func print(_ fields: [Cell.Field], to output: Output) {
        let rows = organs.map { row in Cell.object(Self.columns.map { Cell.Field($0.key, $0.value(row)) }) }
        guard output.format == .table else { return output.report(fields + [Cell.Field("organs", rows)]) }
        output.report(fields)
        Output.write("\n", to: 1)
        output.report(organs, Self.columns)
    }
}

/// What became of one case.
struct WrittenLabel: Sendable {
    let voxels: [Int]
    let ignored: Int
    let contested: Int
    let masks: Set<MaskID>
    /// Voxels of the masks that were read and are known everywhere, by organ.
    let wholes: [OrganKey: Int]
    /// Whether a voxel is decided; without one no file was written.
    let saysAnything: Bool
}
