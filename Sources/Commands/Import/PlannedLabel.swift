internal import Console
internal import Domain
internal import Imaging
internal import Importers

/// What an import would record of one organ of a case; of none where the case is an unlabelled volume.
struct PlannedLabel: Sendable {
    let caseName: String
    let subject: String
    let modality: Modality
    let organ: OrganKey?
    let status: LabelStatus
    let origin: LabelOrigin?
    /// Whose word it is, recorded beside the labels; nil for a label.
    let annotator: String?
    /// Of the mask; nil without one.
    let voxels: Int?
    let millilitres: Double?
    /// Whether the label is complete only in a part of the volume.
    let isPartial: Bool

    static func all(of item: InspectedCase) -> [PlannedLabel] {
        let labels = item.labels.map { label in
            PlannedLabel(
                item, organ: label.organ, status: label.status, origin: label.origin,
                voxels: label.mask?.voxels, millilitres: label.region?.millilitres,
                isPartial: label.extent != nil || label.mask?.knownVoxels != nil)
        }
        let drawings = item.drawn.drawings.map { drawing in
            PlannedLabel(
                item, organ: drawing.organ, status: drawing.status, origin: drawing.origin,
                annotator: drawing.annotator,
                voxels: drawing.mask?.voxels,
                millilitres: drawing.mask.map { Double($0.voxels) * item.image.grid.millilitresPerVoxel })
        }
        return (labels.isEmpty ? [PlannedLabel(item)] : labels) + drawings
    }

    private init(
        _ item: InspectedCase, organ: OrganKey? = nil, status: LabelStatus = .unlabelled, origin: LabelOrigin? = nil,
        annotator: String? = nil, voxels: Int? = nil, millilitres: Double? = nil, isPartial: Bool = false
    ) {
        (caseName, subject, modality) = (item.files.name, item.files.subject, item.image.modality)
        (self.organ, self.status, self.origin, self.annotator) = (organ, status, origin, annotator)
        (self.voxels, self.millilitres, self.isPartial) = (voxels, millilitres, isPartial)
    }

    /// - Parameter hasAnnotators: whether a person is shown whose words they are.
    static func columns(hasAnnotators: Bool) -> [Column<PlannedLabel>] {
        [
            Column("case") { $0.caseName }, Column("subject") { $0.subject },
            Column("modality") { $0.modality.rawValue },
            Column("organ") { $0.organ?.rawValue }, Column("status") { $0.status.rawValue },
            Column("origin") { $0.origin?.rawValue },
            Column("annotator", isShown: hasAnnotators) { $0.annotator }, Column("voxels") { $0.voxels },
            Column("millilitres") { $0.millilitres }, Column("partial") { $0.isPartial },
        ]
    }

    var cell: Cell { .object(Self.columns(hasAnnotators: true).map { Cell.Field($0.key, $0.value(self)) }) }
}
