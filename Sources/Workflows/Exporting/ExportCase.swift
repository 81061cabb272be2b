internal import Catalog
internal import Domain
internal import Exporters

/// One volume of an export.
struct ExportCase: Sendable {
    /// The name of the case, unique in the export.
    let name: String
    let volume: VolumeID
    let subject: String
    /// The subject's place in the split; nil without a split.
    let place: SplitPlaces.Place?
    /// The canonical shape.
    let shape: GridShape
    let modality: String
    /// The exported image.
    let source: SourceRow
    /// At most one label per organ.
    let labels: [ExportLabel]

    var evidence: [OrganEvidence] {
        labels.filter { $0.status != .unlabelled }.map { label in
            OrganEvidence(
                organ: label.organ, isModelMade: label.status == .pseudo, hasMask: label.mask != nil,
                extent: label.extent)
        }
    }

    func label(of organ: OrganKey) -> ExportLabel? { labels.first { $0.organ == organ } }

    /// The status of an organ. One without a label of its own has the status of its divisions, if all of them are labelled.
    func status(of organ: OrganKey, _ ontology: Ontology) -> LabelStatus {
        if let label = label(of: organ) { return label.status }
        let divisions = Set(ontology.divisions(of: organ).map { status(of: $0, ontology) })
        if divisions.isEmpty || divisions.contains(.unlabelled) { return .unlabelled }
        return divisions.contains(.pseudo) ? .pseudo : divisions.contains(.annotated) ? .annotated : .absent
    }
}

extension SourceRow {
    /// The absolute path of the image as it was imported.
    var imagePath: String { "\(root)/\(file)" }
}
