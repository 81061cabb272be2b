public import Domain
internal import System

/// Medical Segmentation Decathlon and datasets in its form: `dataset.json` lists pairs of `imagesTr` and `labelsTr`
/// files, and images without labels; every declared label is annotated completely in every pair.
public struct DecathlonLayout: Layout {
    public let name = LayoutName.msd
    public let release: String
    public let defaultOrigin: LabelOrigin
    public let licence: Licence

    let folder: DatasetFolder
    let images: ImageSource
    let description: DatasetDescription
    let map: LabelMap
    /// Labels that match no organ.
    let unknown: [NamedLabel]

    /// Whether the folder has a `dataset.json`.
    static func fits(_ folder: DatasetFolder) -> Bool { folder.hasFile(DatasetDescription.fileName) }

    init(_ folder: DatasetFolder, options: ImportOptions) throws(ImportError) {
        description = try DatasetDescription(in: folder)
        if let given = options.map {
            (map, unknown) = (given, [])
        } else {
            let labels = try DatasetLabels(
                description.labels, file: DatasetDescription.fileName, options.ontology)
            (map, unknown) = (labels.map, labels.unknown)
        }
        // Values and names give the meaning of voxels; origin and licence of a public release apply only if it is
        // named.
        let isPublic = options.publicRelease == map.release || description.isNamed(map.release)
        let facts = ReleaseFacts.of(isPublic ? map.release : DatasetLabels.asDeclared)
        self.folder = folder
        images = try ImageSource(dataset: folder, images: options.images)
        let own = options.map?.release ?? description.release ?? DatasetLabels.asDeclared
        release = options.release ?? (isPublic ? map.release : own)
        defaultOrigin = facts.origin
        licence = description.licence.map { $0.besides(facts.licence) } ?? facts.licence
    }

    public var places: LayoutPlaces {
        LayoutPlaces(
            folder: folder, searched: ["imagesTr", "labelsTr", "imagesTs"].map { ($0, 1) },
            known: Set(unlisted.map { "labelsTr/\($0)" }))
    }

    public func listCases() throws(ImportError) -> CaseList {
        var list = CaseList()
        for pair in description.pairs { add(pair, to: &list) }
        for image in description.images { addUnlabelled(image, to: &list) }
        list.findings = findings(list)
        list.settle()
        return list
    }

    private func add(_ pair: DatasetDescription.Pair, to list: inout CaseList) {
        let name = PairName.caseName(pair.image)
        do throws(ImportError) {
            let label = LabelFile(
                file: try folder.file(pair.label, role: "label"),
                reading: .values(map, unmapped: Set(unknown.flatMap(\.values))))
            try list.add(WaitingCase(name: name, subject: name, modality: modality, labels: [label])) {
                () throws(ImportError) in try image(at: pair.image)
            }
        } catch {
            list.refuse(name, error)
        }
    }

    /// nnU-Net v1 lists images without the channel suffix of their files.
    private func image(at path: String) throws(ImportError) -> SourceFile {
        do throws(ImportError) {
            return try images.image(at: path)
        } catch .missingFile(let file, let role) {
            let ending = path.dropFirst(SourceFile.stem(of: path).count)
            guard !ending.isEmpty, let found = try? images.image(at: SourceFile.stem(of: path) + "_0000" + ending)
            else {
                throw .missingFile(file: file, role: role)
            }
            return found
        }
    }

    /// Images without labels are often not downloaded; they are skipped where their folder does not exist.
    private func addUnlabelled(_ path: String, to list: inout CaseList) {
        let name = PairName.caseName(path)
        do throws(ImportError) {
            let image = try image(at: path)
            list.cases.append(CaseFiles(name: name, subject: name, image: image, modality: modality, labels: []))
        } catch .missingFile where !folder.hasFolder("imagesTs") {
            return
        } catch {
            list.refuse(name, error)
        }
    }

    private func findings(_ list: CaseList) -> [ImportFinding] {
        var findings: [ImportFinding] = []
        let file = DatasetDescription.fileName
        if !unknown.isEmpty {
            findings.append(ImportFinding(unmapped: unknown, file: file))
        }
        let unlisted = unlisted
        if !unlisted.isEmpty {
            findings.append(
                ImportFinding(
                    .description, file: file,
                    problem: "label files that dataset.json does not list: " + ImportError.list(unlisted),
                    remedy: "they are not imported; add them to the list of training pairs"))
        }
        return findings
    }

    /// Names of label files that the description does not list.
    private var unlisted: [String] {
        let listed = Set(description.pairs.map { SourceFile.stem(of: FilePath.name(of: $0.label)) })
        return folder.volumes(in: "labelsTr").filter { !listed.contains(SourceFile.stem(of: $0)) }
    }

    private var modality: Modality { description.modality.map(Modality.init(term:)) ?? .other }
}
