public import Domain

/// nnU-Net's raw data, version 2: `imagesTr/<case>_0000` with `labelsTr/<case>`, likewise `Ts`.
///
/// Every label of `dataset.json` is annotated completely in every labelled case, except at the voxels of `ignore`,
/// which are unknown. Where a case has several channels, each is a volume of its own, and all of them share the labels.
public struct NNUNetLayout: Layout {
    public let name = LayoutName.nnunet
    public let release: String
    public let defaultOrigin: LabelOrigin
    public let licence: Licence
    public let origins: [OrganKey: LabelOrigin]

    let folder: DatasetFolder
    let images: ImageSource
    let description: NNUNetDescription
    let channels: [NNUNetChannel]
    let map: LabelMap
    let unknownNames: [String]
    /// Values of labels that match no organ.
    let unmapped: Set<Int>
    private let isModalityGiven: Bool
    private let ontology: Ontology

    private static let parts = ["Tr", "Ts"]

    /// One channel of a case, and the path of its image; nil where the description lists fewer images than channels.
    private struct ChannelPath {
        let channel: NNUNetChannel
        let path: String?
    }

    /// - Throws: `unreadableDescription`, `unreadableFolder`; `unknownNames` where no label matches an organ.
    init(_ folder: DatasetFolder, options: ImportOptions) throws(ImportError) {
        let description = try NNUNetDescription(in: folder)
        let labels = description.labels.resolved(by: options.ontology)
        if let given = options.map {
            (map, unknownNames, unmapped) = (given, [], [])
        } else {
            map = DatasetLabels.map(of: labels)
            unknownNames = labels.filter(\.organs.isEmpty).map(\.name)
            unmapped = Set(labels.flatMap(\.values)).subtracting(map.entries.map(\.value))
        }
        guard !map.entries.isEmpty else {
            throw .unknownNames(file: DatasetDescription.fileName, names: labels.map(\.name))
        }
        (self.folder, self.description) = (folder, description)
        channels = NNUNetChannel.all(description.channels)
        (isModalityGiven, ontology) = (options.givenModality != nil, options.ontology)
        images = try ImageSource(dataset: folder, images: options.images)
        release = options.release ?? description.release ?? map.release
        defaultOrigin = .expert
        origins = description.origins?.origins(options.ontology) ?? [:]
        licence = description.licence ?? ReleaseFacts.of(map.release).licence
    }

    public func cases() throws(ImportError) -> CaseList {
        var list = CaseList()
        list.findings = findings
        for (name, entry) in description.listed.sorted(by: { $0.key < $1.key }) {
            let paths = channels.enumerated().map { index, channel in
                ChannelPath(channel: channel, path: index < entry.images.count ? entry.images[index] : nil)
            }
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
                    problem: "labels that match no organ: " + ImportError.list(unknownNames),
                    remedy: "their voxels are not imported; give a label map to import them"))
        }
        let unclear = channels.filter { $0.modality == .other }.map(\.name)
        if !isModalityGiven && !unclear.isEmpty {
            findings.append(ImportFinding(unknownModality: unclear, file: file))
        }
        return findings
    }

    private func add(_ part: String, to list: inout CaseList) {
        let labels = Set(stems("labels" + part))
        let found = stems("images" + part)
        let suffixes = channels.map(\.suffix)
        let cases = Set(
            found.map { stem in suffixes.first(where: stem.hasSuffix).map { String(stem.dropLast($0.count)) } ?? stem })
        for name in cases.union(labels).subtracting(description.listed.keys).sorted() {
            let label = labels.contains(name) ? "labels\(part)/\(name)\(description.fileEnding)" : nil
            let paths = channels.map { channel in
                ChannelPath(
                    channel: channel, path: "images\(part)/\(name)\(channel.suffix)\(description.fileEnding)")
            }
            add(name, images: paths, label: label, to: &list)
        }
    }

    /// Names of a folder's volumes without the dataset's ending.
    private func stems(_ place: String) -> [String] {
        folder.names(in: place).filter { $0.hasSuffix(description.fileEnding) }
            .map { String($0.dropLast(description.fileEnding.count)) }
    }

    /// Adds a case per channel with an image; a waiting case where the labels have no image at all.
    private func add(_ name: String, images paths: [ChannelPath], label: String?, to list: inout CaseList) {
        do throws(ImportError) {
            let labels = try label.map { path throws(ImportError) in [try self.label(path, of: name)] } ?? []
            let subject = description.subjects[name] ?? name
            let found = try paths.map { item throws(ImportError) in
                (channel: item.channel, path: item.path, image: try image(at: item.path))
            }
            if found.allSatisfy({ $0.image == nil }) && !labels.isEmpty {
                return list.waiting.append(
                    WaitingCase(name: name, subject: subject, modality: channels[0].modality, labels: labels))
            }
            for (channel, path, image) in found {
                let phase = channels.count > 1 ? StudyPhase(study: name, name: channel.name) : nil
                let caseName = phase.map { "\(name)_\($0.name)" } ?? name
                guard let image else {
                    list.refuse(caseName, .missingFile(file: path ?? name, role: "image"))
                    continue
                }
                if images.elsewhere == nil && !folder.holds(image) { list.outside.insert(image) }
                list.cases.append(
                    CaseFiles(
                        name: caseName, subject: subject, image: image, modality: channel.modality, labels: labels,
                        phase: phase))
            }
        } catch {
            list.refuse(name, error)
        }
    }

    private func label(_ path: String, of name: String) throws(ImportError) -> LabelFile {
        LabelFile(
            file: try folder.file(path, role: "label"), reading: .values(map, unmapped: unmapped),
            unknown: description.ignored.map { [$0] } ?? [],
            stated: description.states?.organs(of: name, ontology) ?? StatedOrgans())
    }

    /// Nil where the file does not exist.
    private func image(at path: String?) throws(ImportError) -> SourceFile? {
        guard let path else { return nil }
        do throws(ImportError) {
            return try images.image(at: path, mayBeOutside: true)
        } catch .missingFile {
            return nil
        }
    }
}
