internal import Catalog
internal import Console
internal import DICOM
internal import Domain
internal import Imaging
internal import Importers
internal import Objects
internal import Workflows

/// An inspected case in the catalogue's words.
struct CaseRecords {
    let source: SourceRecord
    let labelFiles: [FileRecord]
    private let item: InspectedCase

    /// - Parameter subjects: what a table calls the subject of a case; others keep the layout's name.
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
            descriptor: DescriptorRecord(image.descriptor),
            findings: JSONRenderer.render(.list(item.findings.map { .text($0.problem) })),
            imageRelease: item.files.expected?.release, study: item.files.phase?.study, phase: item.files.phase?.name)
        source.series = image.series.map { SeriesRecord($0.hashed(salt: salt)) }
        self.source = source
        let flip = item.flip.map { FlipRecord(axis: $0.flip.rawValue, evidence: $0.evidence) }
        labelFiles = item.checksums.files.dropFirst().map { FileRecord($0, in: root, flip: flip) }
    }

    /// The labels, naming their bytes in `pack`.
    func labels(in pack: StoredPack?) -> CaseLabels {
        let files = item.checksums.files.dropFirst().map(\.file)
        var entries = (pack?.entries ?? []).makeIterator()
        func stored(_ encoded: EncodedMask?) -> StoredMask? {
            guard let encoded, let pack, let entry = entries.next() else { return nil }
            return StoredMask(encoded, entry, of: pack)
        }
        let labels = item.labels.map { label in
            var mask = stored(label.mask)
            if SidedPair.organs.contains(label.organ) { mask?.centre = label.region?.centre }
            return LabelRecord(
                organ: label.organ, status: label.status, origin: label.origin, mask: mask, extent: label.extent,
                file: files.firstIndex(of: label.file.file))
        }
        let drawn = item.drawn.drawings.map { drawing in
            let places = drawing.files.compactMap { files.firstIndex(of: $0.file) }
            let record = LabelRecord(
                organ: drawing.organ, status: drawing.status, origin: drawing.origin, mask: stored(drawing.mask),
                file: places.first, otherFiles: Array(places.dropFirst()))
            return (drawing.annotator, record)
        }
        return CaseLabels(
            labels,
            annotators: item.drawn.annotators.map { name in (name, drawn.filter { $0.0 == name }.map(\.1)) })
    }
}

extension StoredMask {
    fileprivate init(_ encoded: EncodedMask, _ entry: PackEntry, of pack: StoredPack) {
        self.init(
            content: encoded.contentHash, object: pack.object.digest, objectBytes: pack.object.size,
            offset: entry.offset, length: entry.length, voxels: encoded.voxels, knownVoxels: encoded.knownVoxels,
            box: encoded.box)
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
