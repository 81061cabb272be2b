public import Domain
internal import System

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
    /// Labels that match no organ.
    let unknown: [NamedLabel]
    private let isModalityGiven: Bool
    private let ontology: Ontology

    private static let parts = ["Tr", "Ts"]

    /// One channel of a case, and the path of its image; nil where the description lists fewer images than channels.
    private struct ChannelPath {
        let channel: NNUNetChannel
        let path: String?
    }

    /// - Throws: `unreadableDescription`, `document`, `unsupported`, `unreadableFolder`, `contradictoryValue`; `unknownNames` where
    ///   no label matches an organ.
    init(_ folder: DatasetFolder, options: ImportOptions) throws(ImportError) {
        let description = try NNUNetDescription(in: folder, options.ontology)
        let labels = description.labels.resolved(by: options.ontology)
        if let given = options.map {
            (map, unknown) = (given, [])
        } else {
            map = try DatasetLabels.map(
                of: labels, ignored: description.ignored, file: DatasetDescription.fileName, options.ontology)
            unknown = labels.unexplained(by: map)
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

    public var places: LayoutPlaces {
        LayoutPlaces(
            folder: folder, searched: Self.parts.flatMap { part in ["images", "labels"].map { ($0 + part, 1) } })
    }

    public func listCases() throws(ImportError) -> CaseList {
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
        if !unknown.isEmpty { findings.append(ImportFinding(unmapped: unknown, file: file)) }
        let unclear = channels.filter { $0.modality == .other }.map(\.name)
        if !isModalityGiven && !unclear.isEmpty {
            findings.append(ImportFinding(unknownModality: unclear, file: file))
        }
        return findings
    }

    private func add(_ part: String, to list: inout CaseList) {
        let ending = description.fileEnding
        let found = NNUNetFolder(folder, part: part, ending: ending, suffixes: channels.map(\.suffix))
        for item in found.cases where description.listed[item.name] == nil {
            let paths = channels.map { channel in
                ChannelPath(
                    channel: channel,
                    path: item.images[channel.suffix] ?? "images\(part)/\(item.name)\(channel.suffix)\(ending)")
            }
            add(item.name, images: paths, label: item.label, findings: item.findings, to: &list)
        }
        for path in found.withoutChannel {
            list.refuse(
                SourceFile.stem(of: FilePath.name(of: path)),
                .unsupported(
                    folder: path, what: "the image has no channel suffix, and the dataset has several channels",
                    remedy: "rename it: " + channels.map { "\($0.suffix) for \($0.name)" }.joined(separator: ", ")))
        }
    }

    /// Adds a case per channel with an image; a waiting case where the labels have no image at all.
    private func add(
        _ name: String, images paths: [ChannelPath], label: String?, findings: [ImportFinding] = [],
        to list: inout CaseList
    ) {
        do throws(ImportError) {
            let labels = try label.map { path throws(ImportError) in [try self.label(path, of: name)] } ?? []
            let subject = description.subjects[name] ?? name
            let found = try paths.map { item throws(ImportError) in
                (channel: item.channel, path: item.path, image: try image(at: item.path))
            }
            if found.allSatisfy({ $0.image == nil }) && !labels.isEmpty {
                return list.waiting.append(
                    WaitingCase(
                        name: name, subject: subject, modality: channels[0].modality, labels: labels,
                        findings: findings))
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
                        findings: findings, phase: phase))
            }
        } catch {
            list.refuse(name, error)
        }
    }

    private func label(_ path: String, of name: String) throws(ImportError) -> LabelFile {
        LabelFile(
            file: try folder.file(path, role: "label"), reading: .values(map, unmapped: Set(unknown.flatMap(\.values))),
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
