internal import Documents
public import Domain
internal import System

/// Derivatives of the Brain Imaging Data Structure (BIDS): `sub-<name>/…_dseg.nii.gz`, with values listed in a
/// `_dseg.tsv` (columns index and name) of the same name or inherited from a folder above. Images are beside the
/// segmentations, in the raw dataset that contains the derivatives, or in the folder of `--images`.
public struct BIDSLayout: Layout {
    public let name = LayoutName.bids
    public let release: String
    public let defaultOrigin: LabelOrigin
    public let licence: Licence

    let folder: DatasetFolder
    let images: DatasetFolder
    let segmentations: [PathMatch]
    /// Images by the entities that they share with their segmentations.
    let pictures: [[BIDSName.Entity]: [Picture]]
    let tables: [String]
    let given: LabelMap?
    private let ontology: Ontology

    struct Picture: Hashable, Sendable {
        let name: BIDSName
        let path: String
    }

    static let descriptionName = "dataset_description.json"

    private static let labels = [
        "sub-{subject}/**/sub-*_dseg.nii[.gz]", "derivatives/*/sub-{subject}/**/sub-*_dseg.nii[.gz]",
    ].map(PathPattern.glob)
    private static let volumes = [
        "sub-{subject}/**/sub-*.nii[.gz]", "derivatives/*/sub-{subject}/**/sub-*.nii[.gz]",
    ].map(PathPattern.glob)
    private static let tableNames = [
        "*dseg.tsv", "sub-*/**/*dseg.tsv", "derivatives/*/*dseg.tsv", "derivatives/*/sub-*/**/*dseg.tsv",
    ].map(PathPattern.glob)

    /// The segmentations of a folder with a BIDS description; empty for any other folder.
    static func segmentations(in listing: FolderListing) -> [PathMatch] {
        guard listing.files(in: "").contains(descriptionName) else { return [] }
        return labels.flatMap { $0.matches(in: listing) }
    }

    /// - Throws: `unreadableFolder` for the images, `document` for the dataset's description.
    init(_ listing: FolderListing, _ segmentations: [PathMatch], options: ImportOptions) throws(ImportError) {
        (folder, self.segmentations, ontology) = (listing.folder, segmentations, options.ontology)
        images = try options.images.map { path throws(ImportError) in try DatasetFolder(path) } ?? folder
        let imageListing = images == folder ? listing : FolderListing(images)
        var seen = Set<BIDSName>()
        let named = Self.volumes.flatMap { $0.matches(in: imageListing) }.compactMap { match in
            BIDSName(match.path).map { Picture(name: $0, path: match.path) }
        }
        pictures = Dictionary(grouping: named.filter { seen.insert($0.name).inserted }) { $0.name.source }
        tables = Self.tableNames.flatMap { $0.matches(in: listing) }.map(\.path)
        given = options.map ?? options.publicRelease.flatMap(LabelMap.standard)
        let facts = ReleaseFacts.of(given?.release ?? "")
        (release, defaultOrigin) = (options.release ?? given?.release ?? DatasetLabels.asDeclared, facts.origin)
        licence = try Self.licence(folder) ?? facts.licence
    }

    public var places: LayoutPlaces { LayoutPlaces(folder: folder) }

    public func listCases() throws(ImportError) -> CaseList {
        var list = CaseList()
        for match in segmentations { add(match, to: &list) }
        list.settle()
        return list
    }

    private func add(_ match: PathMatch, to list: inout CaseList) {
        let fallback = SourceFile.stem(of: FilePath.name(of: match.path))
        do throws(ImportError) {
            guard let name = BIDSName(match.path) else {
                throw .unsupported(
                    folder: match.path, what: "the file name is not of the form sub-NAME_KEY-VALUE_dseg",
                    remedy: "rename the file as BIDS requires, and its image and table alike")
            }
            let found = (pictures[name.source] ?? []).filter { $0.name.isImage(of: name) }.map(\.path).sorted()
            guard found.count < 2 else { throw .ambiguous(folder: match.path, readings: found) }
            let (map, unknown) = try meaning(of: match.path, name)
            let label = LabelFile(
                file: try folder.file(match.path, role: "label"),
                reading: .values(map, unmapped: Set(unknown.flatMap(\.values))))
            let findings = unknown.isEmpty ? [] : [ImportFinding(unmapped: unknown, file: match.path)]
            guard let path = found.first else {
                return list.waiting.append(
                    WaitingCase(
                        name: fallback, subject: match.parts["subject"] ?? fallback, modality: .other, labels: [label],
                        findings: findings))
            }
            let image = try images.file(path, role: "image")
            list.cases.append(
                CaseFiles(
                    name: image.stem, subject: match.parts["subject"] ?? image.stem, image: image,
                    modality: Self.modality(image), labels: [label], findings: findings))
        } catch {
            list.refuse(fallback, error)
        }
    }

    // MARK: - Tables

    /// The label map of the nearest table: among those whose entities the file has too, the deepest, then the longest
    /// name (BIDS inheritance principle).
    private func meaning(of path: String, _ name: BIDSName) throws(ImportError) -> (LabelMap, unknown: [NamedLabel]) {
        if let given { return (given, []) }
        let fitting = tables.filter { table in
            let parts = table.split(separator: "/").map(String.init)
            let place = parts.dropLast().joined(separator: "/")
            return (place.isEmpty || name.place == place || name.place.hasPrefix(place + "/"))
                && Self.entities(parts.last ?? "").allSatisfy(name.entities.contains)
        }
        guard
            let table = fitting.max(by: {
                ($0.split(separator: "/").count, $0.count) < ($1.split(separator: "/").count, $1.count)
            })
        else { throw .missingFile(file: path, role: "table _dseg.tsv of the label values") }
        let rows = try Self.rows(folder.root + "/" + table, name: table)
        let labels = try DatasetLabels(rows, file: table, ontology)
        return (labels.map, labels.unknown)
    }

    private static func entities(_ name: String) -> [BIDSName.Entity] {
        name.split(separator: "_").dropLast().compactMap(BIDSName.Entity.init)
    }

    /// - Throws: `document` for a table without the columns, `wrongLine` for an index that is no number or occurs twice.
    private static func rows(_ path: String, name: String) throws(ImportError) -> [(value: Int, name: String)] {
        let table = try DatasetText.table(path, named: name, separator: .tab)
        guard table.has("index", "name") else { throw .document(file: name, table.missing("index", "name")) }
        var lines: [Int: Int] = [:]
        return try table.rows.map { row throws(ImportError) in
            guard let value = table.value("index", row).flatMap({ LabelValue.parse($0) }), value >= 0 else {
                throw .wrongLine(file: name, line: row.line, problem: "the index is not a whole number")
            }
            if let first = lines.updateValue(row.line, forKey: value) {
                throw .wrongLine(
                    file: name, line: row.line, problem: "the index \(value) occurs twice, also in line \(first)")
            }
            return (value, table.value("name", row) ?? "")
        }
    }

    private static func modality(_ image: SourceFile) -> Modality {
        Modality(term: image.stem.split(separator: "_").last.map(String.init) ?? "")
    }

    private static func licence(_ folder: DatasetFolder) throws(ImportError) -> Licence? {
        struct Description: Decodable { let License: String? }
        let path = folder.root + "/" + descriptionName
        let text = try DatasetText.decode(Description.self, path, named: descriptionName).License
        return text.map { Licence(text: $0, source: descriptionName) }
    }
}
