public import Domain

/// nnU-Net's raw data, version 2: `imagesTr/<case>_0000` with `labelsTr/<case>`, likewise `Ts`. What `dataset.json` names
/// is complete in every labelled case, but at the voxels of `ignore`, of which nothing is known. Where a case has several
/// channels, each is a volume of its own, and the labels serve all of them.
public struct NNUNetLayout: Layout {
    public let name = LayoutName.nnunet
    public let release: String
    public let defaultOrigin: LabelOrigin
    public let licence: Licence

    let folder: DatasetFolder
    let images: ImageSource
    let description: NNUNetDescription
    let channels: [NNUNetChannel]
    let map: LabelMap
    let unknownNames: [String]
    /// Values that the description declares and no organ is known for.
    let unmapped: Set<Int>
    private let isModalityGiven: Bool

    private static let parts = ["Tr", "Ts"]

    /// - Throws: `unknownNames` where no label means an organ.
    init(_ folder: DatasetFolder, options: ImportOptions) throws(ImportError) {
        let description = try NNUNetDescription(in: folder)
        let organs = DatasetLabels.organs(of: description.labels.map(\.name))
        unknownNames = zip(description.labels, organs).filter(\.1.isEmpty).map(\.0.name)
        map = options.map ?? Self.map(description, organs)
        guard !map.entries.isEmpty else {
            throw .unknownNames(file: DatasetDescription.fileName, names: unknownNames)
        }
        unmapped = Set(description.labels.flatMap(\.values)).subtracting(map.entries.map(\.value))
        (self.folder, self.description) = (folder, description)
        channels = NNUNetChannel.all(description.channels)
        isModalityGiven = options.givenModality != nil
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
        return LabelMap(release: DatasetLabels.asDeclared, entries: entries)
    }

    public func cases() throws(ImportError) -> CaseList {
        var list = CaseList()
        list.findings = findings
        for (name, entry) in description.elsewhere.sorted(by: { $0.key < $1.key }) {
            let paths = channels.indices.map { $0 < entry.images.count ? entry.images[$0] : nil }
            add(name, images: paths, label: entry.label, to: &list)
        }
        for part in Self.parts { add(part, to: &list) }
        list.settle()
        return list
    }

    private var findings: [ImportFinding] {
        var findings: [ImportFinding] = []
        let file = DatasetDescription.fileName
        if !unknownNames.isEmpty {
            findings.append(
                ImportFinding(
                    .classUnknown, file: file,
                    problem: "labels that name no known organ: " + ImportError.list(unknownNames),
                    remedy: "their voxels are not imported; give a label map to import them"))
        }
        let dumb = channels.filter { $0.modality == .other }.map(\.name)
        if !isModalityGiven && !dumb.isEmpty { findings.append(ImportFinding(unknownModality: dumb, file: file)) }
        return findings
    }

    private func add(_ part: String, to list: inout CaseList) {
        let labels = Set(stems("labels" + part))
        let found = stems("images" + part)
        let suffixes = channels.map(\.suffix)
        let cases = Set(
            found.map { stem in suffixes.first(where: stem.hasSuffix).map { String(stem.dropLast($0.count)) } ?? stem })
        for name in cases.union(labels).subtracting(description.elsewhere.keys).sorted() {
            let label = labels.contains(name) ? "labels\(part)/\(name)\(description.fileEnding)" : nil
            let paths = suffixes.map { "images\(part)/\(name)\($0)\(description.fileEnding)" }
            add(name, images: paths, label: label, to: &list)
        }
    }

    /// Names of a folder's volumes without the dataset's ending.
    private func stems(_ place: String) -> [String] {
        folder.names(in: place).filter { $0.hasSuffix(description.fileEnding) }
            .map { String($0.dropLast(description.fileEnding.count)) }
    }

    /// - Parameter paths: one a channel; nil where the description names fewer.
    private func add(_ name: String, images paths: [String?], label: String?, to list: inout CaseList) {
        do throws(ImportError) {
            let labels = try label.map { path throws(ImportError) in [try self.label(path)] } ?? []
            let found = try paths.map { path throws(ImportError) in try image(at: path) }
            if found.allSatisfy({ $0 == nil }) && !labels.isEmpty {
                return list.waiting.append(
                    WaitingCase(name: name, subject: name, modality: channels[0].modality, labels: labels))
            }
            for ((channel, path), image) in zip(zip(channels, paths), found) {
                let phase = channels.count > 1 ? StudyPhase(study: name, name: channel.name) : nil
                let caseName = phase.map { "\(name)_\($0.name)" } ?? name
                guard let image else {
                    list.refuse(caseName, .missingFile(file: path ?? name, role: "image"))
                    continue
                }
                list.cases.append(
                    CaseFiles(
                        name: caseName, subject: name, image: image, modality: channel.modality, labels: labels,
                        phase: phase))
            }
        } catch {
            list.refuse(name, error)
        }
    }

    private func label(_ path: String) throws(ImportError) -> LabelFile {
        LabelFile(
            file: try folder.file(path, role: "label"), reading: .values(map, unmapped: unmapped),
            unknown: description.ignored.map { [$0] } ?? [])
    }

    /// Nil where it is not there.
    private func image(at path: String?) throws(ImportError) -> SourceFile? {
        guard let path else { return nil }
        do throws(ImportError) {
            return try images.image(at: path)
        } catch .missingFile {
            return nil
        }
    }
}
