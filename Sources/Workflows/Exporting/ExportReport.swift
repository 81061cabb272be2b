package import Domain
internal import Exporters

/// What an export contains, organ by organ.
package struct ExportReport: Sendable {
    package struct OrganCount: Sendable {
        package let organ: OrganKey
        /// The label values of the organ's voxels, rising.
        package let values: [Int]
        package fileprivate(set) var annotated = 0
        package fileprivate(set) var absent = 0
        package fileprivate(set) var pseudo = 0
        package fileprivate(set) var unlabelled = 0
        package fileprivate(set) var voxels = 0
    }

    /// In the order of the label values.
    package private(set) var organs: [OrganCount]
    package private(set) var cases = 0
    package private(set) var voxels = 0
    /// The number of `ignore` voxels.
    package private(set) var ignored = 0
    /// The number of `ignore` voxels that two organs claim which exclude each other.
    package private(set) var contested = 0
    /// The names of the cases whose grids are sheared, which tools of ITK refuse.
    package private(set) var sheared: [String] = []
    /// The masks that the label maps were composed from.
    package private(set) var masks: Set<MaskID> = []

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
        if written.isSheared { sheared.append(item.name) }
        for index in organs.indices {
            organs[index].voxels += written.voxels[organs[index].organ] ?? 0
            switch item.status(of: organs[index].organ, ontology) {
            case .annotated: organs[index].annotated += 1
            case .absent: organs[index].absent += 1
            case .pseudo: organs[index].pseudo += 1
            case .unlabelled: organs[index].unlabelled += 1
            }
        }
    }

    /// The percentage of `ignore` voxels, 0 to 100.
    package var ignoredPercent: Double { voxels == 0 ? 0 : 100 * Double(ignored) / Double(voxels) }
}

/// The label map of one case as written.
struct WrittenLabel: Sendable {
    /// The number of voxels of each organ's region.
    let voxels: [OrganKey: Int]
    let ignored: Int
    let contested: Int
    let masks: Set<MaskID>
    /// For each organ whose mask is valid everywhere, the number of its voxels in that mask.
    let completeVoxels: [OrganKey: Int]
    /// Whether at least one voxel is decided; without one no file was written.
    let hasDecidedVoxels: Bool
    /// Whether tools of ITK refuse files on the grid of the image.
    let isSheared: Bool
    /// Dimensions in the header of the image.
    let imageDimensions: Int
}
