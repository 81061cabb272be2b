public import Domain
internal import Imaging

/// Label files of many values beside their images, or with the images elsewhere. The meaning of the values is given by
/// the label table in each file's header (as TotalSegmentator writes it; every class of the table was examined), or by
/// the caller's map.
public struct LabelFilesLayout: Layout {
    public let name: LayoutName
    public let release: String
    public let defaultOrigin: LabelOrigin
    public let licence: Licence

    let folder: DatasetFolder
    let images: ImageSource
    /// File names of the labels and of the images beside them.
    let labelNames: [String]
    let imageNames: [String]
    let map: LabelMap?
    /// Whether the tables are those of the MR task.
    private let isMR: Bool
    private let isSingleFile: Bool

    public var knownReleases: [String] { name == .mapped ? [] : ClassNames.releases }

    /// - Parameters:
    ///   - only: the one label file to import; all in the folder where nil.
    ///   - probe: finds the files with a label table in their header.
    /// - Throws: `unreadableFolder` for the folder of images.
    init(
        _ folder: DatasetFolder, only: String? = nil, options: ImportOptions, probe: TableProbe
    ) throws(ImportError) {
        (self.folder, isSingleFile) = (folder, only != nil)
        images = try ImageSource(dataset: folder, images: options.images)
        map = options.map ?? (options.layout == .mapped ? options.publicRelease.flatMap(LabelMap.standard) : nil)
        let usesMap = map != nil
        let volumes = folder.volumes()
        let isLabel: (String) -> Bool = { name in
            usesMap ? PairName.isLabel(name) : probe.hasTable(SourceFile(root: folder.root, path: name))
        }
        if let only {
            let others = images.elsewhere == nil ? volumes.filter { $0 != only && !isLabel($0) } : []
            (labelNames, imageNames) = ([only], others)
        } else if usesMap && images.elsewhere != nil {
            (labelNames, imageNames) = (volumes, [])
        } else {
            let labels = Set(volumes.filter(isLabel))
            (labelNames, imageNames) = (volumes.filter(labels.contains), volumes.filter { !labels.contains($0) })
        }
        name = usesMap ? .mapped : .totalsegmentator
        let pictures = Self.pictures(images, imageNames, in: folder)
        let isMR = options.givenModality == .mr || (!pictures.isEmpty && pictures.allSatisfy(PairName.isMR))
        let known = map?.release ?? probe.release(modality: isMR ? .mr : .ct)
        let facts = ReleaseFacts.of(known)
        (release, defaultOrigin, licence) = (options.release ?? known, facts.origin, facts.licence)
        self.isMR = map == nil && known.hasSuffix("-mr")
    }

    public var places: LayoutPlaces { LayoutPlaces(folder: isSingleFile ? nil : folder) }

    public func listCases() throws(ImportError) -> CaseList {
        if images.isSingleFile && labelNames.count > 1 {
            throw .ambiguous(folder: folder.root, readings: labelNames.map { "\($0) with the image file" })
        }
        var list = CaseList()
        for label in labelNames { add(label, to: &list) }
        list.settle()
        return list
    }

    private func add(_ label: String, to list: inout CaseList) {
        do throws(ImportError) {
            let reading = map.map { LabelFile.Reading.values($0) } ?? .declared
            let file = LabelFile(file: try folder.file(label, role: "label"), reading: reading)
            guard let image = try image(for: label) else {
                let name = PairName.key(label)
                let modality: Modality = PairName.isMR(name) || isMR ? .mr : .ct
                return list.waiting.append(
                    WaitingCase(name: name, subject: name, modality: modality, labels: [file]))
            }
            let modality: Modality = PairName.isMR(image.stem) || isMR ? .mr : .ct
            list.cases.append(
                CaseFiles(name: image.stem, subject: image.stem, image: image, modality: modality, labels: [file]))
        } catch {
            list.refuse(SourceFile.stem(of: label), error)
        }
    }

    /// Names of the candidate images, without endings.
    private static func pictures(_ images: ImageSource, _ beside: [String], in folder: DatasetFolder) -> [String] {
        switch images.elsewhere {
        case .file(let file)?: [file.stem]
        case .folder(let elsewhere)?: elsewhere.volumes().map { SourceFile.stem(of: $0) }
        case nil: beside.map { SourceFile.stem(of: $0) }
        }
    }

    /// The image file that the caller gives, or the only image beside the only label; otherwise the image of the same
    /// name without affixes; nil where there is none.
    /// - Throws: `ambiguous` where several images have that name.
    private func image(for label: String) throws(ImportError) -> SourceFile? {
        switch images.elsewhere {
        case .file(let file): return file
        case .folder(let elsewhere): return try pair(label, with: elsewhere.volumes(), in: elsewhere)
        case nil:
            if labelNames.count == 1 && imageNames.count == 1 { return try folder.file(imageNames[0], role: "image") }
            return try pair(label, with: imageNames, in: folder)
        }
    }

    private func pair(
        _ label: String, with names: [String], in place: DatasetFolder
    ) throws(ImportError) -> SourceFile? {
        let key = PairName.key(label)
        let found = names.filter { PairName.key($0) == key }
        guard let name = found.first else { return nil }
        guard found.count == 1 else { throw .ambiguous(folder: label, readings: found) }
        return try place.file(name, role: "image")
    }
}
