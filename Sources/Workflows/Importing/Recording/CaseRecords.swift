internal import Catalog
internal import DICOM
internal import Domain
internal import Imaging
internal import Importers

/// The rows of an inspected case.
struct CaseRecords {
    let source: SourceRecord
    let labelFiles: [FileRecord]
    private let item: InspectedCase

    /// - Parameters:
    ///   - subjects: the subject's key by case, from tables; cases without an entry keep the layout's.
    ///   - salt: what identifiers of DICOM series are hashed with.
    init(_ item: InspectedCase, in root: ReleaseRoot, subjects: [String: String], salt: [UInt8]) {
        self.item = item
        let (image, grid) = (item.image, item.image.grid)
        var source = SourceRecord(
            caseName: item.files.name, subjectKey: subjects[item.files.name] ?? item.files.subject,
            image: item.files.expected == nil
                ? FileRecord(image.file, in: root)
                : FileRecord(path: image.file.file.path, sha256: image.file.sha256, bytes: image.file.bytes),
            identity: image.identity.exact, orientationBlind: image.identity.orientationBlind,
            clipped: image.identity.clipped, shape: grid.canonicalShape, affine: grid.canonicalAffine,
            orientation: grid.orientation.description, qformCode: grid.qformCode, sformCode: grid.sformCode,
            storageType: String(describing: image.storageType), modality: image.modality.rawValue,
            descriptor: DescriptorRecord(image.descriptor), findings: Self.json(item.findings.map(\.problem)),
            imageRelease: item.files.expected?.release, study: item.files.phase?.study, phase: item.files.phase?.name)
        source.isModalityStated = image.isModalityGiven
        source.isStated = subjects[item.files.name] != nil
        source.series = image.series.map { SeriesRecord($0.hashed(salt: salt)) }
        self.source = source
        let flip = item.flip.map { FlipRecord(axis: $0.flip.rawValue, evidence: $0.evidence) }
        labelFiles = item.checksums.files.dropFirst().map { FileRecord($0, in: root, flip: flip) }
    }

    /// The labels, with the location of their masks.
    /// - Parameters:
    ///   - stored: nil where the case has no mask.
    ///   - acceptance: which labels that contradict others the caller accepts.
    func labels(in stored: StoredMasks?, _ acceptance: ContradictionAcceptance) -> CaseLabels {
        let files = item.checksums.files.dropFirst().map(\.file)
        func location(_ mask: EncodedMask?) -> StoredMask? { mask.flatMap { stored?.location(of: $0) } }
        let labels = item.labels.map { label in
            var mask = location(label.mask)
            if SidedPair.organs.contains(label.organ) { mask?.centre = label.region?.centre }
            return LabelRecord(
                organ: label.organ, status: label.status, origin: label.origin, mask: mask, extent: label.extent,
                file: files.firstIndex(of: label.file.file))
        }
        let drawings = item.drawn.drawings.map { drawing in
            let indices = drawing.files.compactMap { files.firstIndex(of: $0.file) }
            let record = LabelRecord(
                organ: drawing.organ, status: drawing.status, origin: drawing.origin, mask: location(drawing.mask),
                file: indices.first, otherFiles: Array(indices.dropFirst()))
            return (annotator: drawing.annotator, record: record)
        }
        return CaseLabels(
            labels,
            annotators: item.drawn.annotators.map { name in
                (name, drawings.filter { $0.annotator == name }.map(\.record))
            }, acceptance: acceptance)
    }

    private static func json(_ texts: [String]) -> String {
        JSONValue.list(texts.map { .text($0) }).rendered()
    }
}

extension SeriesRecord {
    fileprivate init(_ hashed: SeriesIdentifiers.Hashed) {
        self.init(patient: hashed.patient, study: hashed.study, series: hashed.series)
    }
}

extension FileRecord {
    init(_ file: FileChecksum, in root: ReleaseRoot, flip: FlipRecord? = nil) {
        self.init(path: root.relative(file.file), sha256: file.sha256, bytes: file.bytes, flip: flip)
    }
}
