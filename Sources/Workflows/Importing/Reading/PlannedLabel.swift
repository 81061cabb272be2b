package import Domain
internal import Imaging
internal import Importers

/// One organ of a case as an import would record it; without an organ where the case is an unlabelled volume.
package struct PlannedLabel: Sendable {
    package let caseName: String
    /// The subject's key in the dataset.
    package private(set) var subject: String
    package let modality: Modality
    package let organ: OrganKey?
    package let status: LabelStatus
    package let origin: LabelOrigin?
    /// The annotator of a mask recorded beside the labels; nil for a label.
    package let annotator: String?
    /// Foreground voxels; nil without a mask.
    package let voxels: Int?
    package let millilitres: Double?
    /// Whether the label is complete only in a part of the volume.
    package let isPartial: Bool

    /// - Parameter subject: the key by which a table names the subject; nil: that of the layout.
    static func all(of item: InspectedCase, subject: String?) -> [PlannedLabel] {
        let labels = item.labels.map { label in
            PlannedLabel(
                item, organ: label.organ, status: label.status, origin: label.origin,
                voxels: label.mask?.voxels, millilitres: label.region?.millilitres,
                isPartial: label.extent != nil || label.mask?.knownVoxels != nil)
        }
        let drawings = item.drawn.drawings.map { drawing in
            PlannedLabel(
                item, organ: drawing.organ, status: drawing.status, origin: drawing.origin,
                annotator: drawing.annotator, voxels: drawing.mask?.voxels,
                millilitres: drawing.mask.map { Double($0.voxels) * item.image.grid.millilitresPerVoxel })
        }
        return ((labels.isEmpty ? [PlannedLabel(item)] : labels) + drawings).map { label in
            var label = label
            label.subject = subject ?? label.subject
            return label
        }
    }

    private init(
        _ item: InspectedCase, organ: OrganKey? = nil, status: LabelStatus = .unlabelled, origin: LabelOrigin? = nil,
        annotator: String? = nil, voxels: Int? = nil, millilitres: Double? = nil, isPartial: Bool = false
    ) {
        (caseName, subject, modality) = (item.files.name, item.files.subject, item.image.modality)
        (self.organ, self.status, self.origin, self.annotator) = (organ, status, origin, annotator)
        (self.voxels, self.millilitres, self.isPartial) = (voxels, millilitres, isPartial)
    }
}
