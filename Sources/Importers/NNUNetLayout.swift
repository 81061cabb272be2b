public import Domain

/// nnU-Net's raw data, version 2: `imagesTr/<case>_0000` with `labelsTr/<case>`, likewise `Ts`. What `dataset.json` names
/// is complete in every labelled case, but at the voxels of `ignore`, of which nothing is known.
public struct NNUNetLayout: Layout {
    public let name = LayoutName.nnunet
    public let release: String
    public let defaultOrigin: LabelOrigin
    public let licence: Licence

    let folder: DatasetFolder
    let images: ImageSource
    let description: NNUNetDescription
    let map: LabelMap
    let unknownNames: [String]
    /// Values that the description declares and no organ is known for.
    let unmapped: Set<Int>

    private static let parts = ["Tr", "Ts"]

    /// - Throws: `unknownNames` where no label means an organ, `unsupported` for images of several channels.
    init(_ folder: DatasetFolder, options: ImportOptions) throws(ImportError) {
        let description = try NNUNetDescription(in: folder)
        guard description.channels.count < 2 else {
            throw .unsupported(
                folder: folder.root,
                what: "a case has \(description.channels.count) channels: "
                    + ImportError.list(description.channels.sorted { $0.key < $1.key }.map(\.value)),
                remedy: "import the channel that the labels were drawn on as a dataset of its own")
        }
        let organs = DatasetLabels.organs(of: description.labels.map(\.name))
        unknownNames = zip(description.labels, organs).filter(\.1.isEmpty).map(\.0.name)
        map = options.map ?? Self.map(description, organs)
        guard !map.entries.isEmpty else {
            throw .unknownNames(file: DatasetDescription.fileName, names: unknownNames)
        }
        unmapped = Set(description.labels.flatMap(\.values)).subtracting(map.entries.map(\.value))
        (self.folder, self.description) = (folder, description)
        images = try ImageSource(dataset: folder, images: options.images)
        release = options.release ?? description.release ?? map.release
        defaultOrigin = .expert
        licence =
            description.licence.map { Licence(text: $0, source: DatasetDescription.fileName) }
            ?? ReleaseFacts.of(map.release).licence
    }

    /// Each value with the organs of all names that list it, so that a region is the union of its values.
    private static func map(_ description: NNUNetDescription, _ organs: [[OrganKey]]) -> LabelMap {
        let values = Set(description.labels.flatMap(\.values)).sorted()
        let entries = values.compactMap { value -> LabelMap.Entry? in
            let named = zip(description.labels, organs).filter { $0.0.values.contains(value) && !$0.1.isEmpty }
            var seen = Set<OrganKey>()
            let keys = named.sorted { $0.0.values.count < $1.0.values.count }.flatMap(\.1)
                .filter { seen.insert($0).inserted }
            guard let first = named.first, !keys.isEmpty else { return nil }
            return LabelMap.Entry(value: value, name: first.0.name, organs: keys)
        }
        return LabelMap(release: "as-declared", entries: entries)
    }

    public func cases() throws(ImportError) -> CaseList {
        var list = CaseList()
        if !unknownNames.isEmpty {
            list.findings.append(
                ImportFinding(
                    .classUnknown, file: DatasetDescription.fileName,
                    problem: "labels that name no known organ: " + ImportError.list(unknownNames),
                    remedy: "their voxels are not imported; give a label map to import them"))
        }
        for (name, entry) in description.elsewhere.sorted(by: { $0.key < $1.key }) {
            add(name, image: entry.images.first, label: entry.label, to: &list)
        }
        for part in Self.parts { add(part, to: &list) }
        list.settle()
        return list
    }

    private func add(_ part: String, to list: inout CaseList) {
        let labels = Set(stems("labels" + part))
        let found = stems("images" + part)
        let cases = Set(found.map { $0.hasSuffix("_0000") ? String($0.dropLast(5)) : $0 }).union(labels)
        for name in cases.subtracting(description.elsewhere.keys).sorted() {
            let label = labels.contains(name) ? "labels\(part)/\(name)\(description.fileEnding)" : nil
            add(name, image: "images\(part)/\(name)_0000\(description.fileEnding)", label: label, to: &list)
        }
    }

    /// Names of a folder's volumes without the dataset's ending.
    private func stems(_ place: String) -> [String] {
        folder.names(in: place).filter { $0.hasSuffix(description.fileEnding) }
            .map { String($0.dropLast(description.fileEnding.count)) }
    }

    private func add(_ name: String, image path: String?, label: String?, to list: inout CaseList) {
        do throws(ImportError) {
            let image = { () throws(ImportError) -> SourceFile in
                guard let path else { throw .missingFile(file: name, role: "image") }
                return try images.image(at: path)
            }
            guard let label else {
                return list.cases.append(
                    CaseFiles(name: name, subject: name, image: try image(), modality: modality, labels: []))
            }
            let file = LabelFile(
                file: try folder.file(label, role: "label"), reading: .values(map, unmapped: unmapped),
                unknown: description.ignored.map { [$0] } ?? [])
            try list.add(
                WaitingCase(name: name, subject: name, modality: modality, labels: [file]), image: image)
        } catch {
            list.refuse(name, error)
        }
    }

    private var modality: Modality { description.channels["0"].map(Modality.init(word:)) ?? .other }
}
