public import Domain

/// A datalist of MONAI: a JSON file whose lists name images and labels, relative to its folder or to that of
/// `--images`.
///
/// Every named organ is annotated completely in every labelled case, except at the voxels of `ignore`. Folds and other
/// keys are reported and not imported. Pseudo labels are imported where the list records their organs, as Lacuna's
/// exports do.
public struct DatalistLayout: Layout {
    public let name = LayoutName.monai
    public let release: String
    public let defaultOrigin: LabelOrigin
    public let origins: [OrganKey: LabelOrigin]
    public let licence: Licence

    let file: SourceFile
    let folders: DatalistFolders
    let description: DatalistDescription
    let map: LabelMap
    /// Labels that match no organ.
    let unknown: [NamedLabel]
    private let ontology: Ontology

    /// The datalists in a folder, by file name.
    static func files(in listing: FolderListing) -> [String] {
        listing.files(in: "").filter { name in
            name.hasSuffix(".json") && name != DatasetDescription.fileName
                && DatalistDescription.fits(listing.folder.root + "/" + name)
        }
    }

    /// - Throws: `unreadableDescription`, `document`, `contradictoryValue`; `unsupported` where the label values have no meaning; `unknownNames`;
    ///   `unreadableFolder`.
    init(_ file: SourceFile, options: ImportOptions) throws(ImportError) {
        let description = try DatalistDescription(file)
        (self.file, self.description, ontology) = (file, description, options.ontology)
        let given = options.map ?? options.publicRelease.flatMap(LabelMap.standard)
        if let given {
            (map, unknown) = (given, [])
        } else if description.labels.isEmpty && description.regions.isEmpty {
            throw .unsupported(
                folder: file.path, what: "the datalist does not name the label values",
                remedy: "name the release with --release, or give a label map with --map")
        } else {
            (map, unknown) = try Self.meaning(description, file: file.path, options.ontology)
        }
        folders = try DatalistFolders(file, description.entries, images: options.images)
        release = options.release ?? options.map?.release ?? DatasetLabels.asDeclared
        let facts = ReleaseFacts.of(options.publicRelease ?? release)
        defaultOrigin = facts.origin
        let stated = description.origins?.origins(options.ontology) ?? [:]
        origins = facts.origins.merging(stated) { _, own in own }
        licence = description.licence ?? facts.licence
    }

    /// The label map; a name of several values is a region that contains them all.
    private static func meaning(
        _ description: DatalistDescription, file: String, _ ontology: Ontology
    ) throws(ImportError) -> (LabelMap, unknown: [NamedLabel]) {
        guard !description.regions.isEmpty else {
            let background = description.background.map { [(value: 0, name: $0)] } ?? []
            let labels = try DatasetLabels(
                background + description.labels, ignored: description.ignored, file: file, ontology)
            return (labels.map, labels.unknown)
        }
        let regions = Set(description.regions.map(\.name))
        let single = description.labels.filter { !regions.contains($0.name) }.map {
            NamedLabel(name: $0.name, values: [$0.value])
        }
        let labels = (single + description.regions).resolved(by: ontology)
        let map = try DatasetLabels.map(of: labels, ignored: description.ignored, file: file, ontology)
        guard !map.entries.isEmpty else { throw .unknownNames(file: file, names: labels.map(\.name)) }
        return (map, labels.unexplained(by: map))
    }

    /// Pseudo labels that are not imported are reported by themselves.
    public var places: LayoutPlaces {
        LayoutPlaces(folder: folders.own, known: Set(description.entries.compactMap(\.pseudoLabel)))
    }

    public func listCases() throws(ImportError) -> CaseList {
        var list = CaseList()
        for (name, entry) in namedEntries { add(entry, name, to: &list) }
        if !unknown.isEmpty {
            list.findings.append(ImportFinding(unmapped: unknown, file: file.path))
        }
        list.findings += unread
        list.settle()
        return list
    }

    /// Warnings about contents of the list that are not imported.
    private var unread: [ImportFinding] {
        var findings: [ImportFinding] = []
        if let folds = description.folds {
            findings.append(
                ImportFinding(
                    .description, file: file.path,
                    problem: "the list has folds, \(folds.lowerBound) to \(folds.upperBound), which are not imported",
                    remedy: "create a split from a fold: lacuna split create NAME --list \(file.absolutePath) --fold 0")
            )
        }
        let pseudo = description.entries.filter { $0.pseudoLabel != nil && modelMade($0).isEmpty }
        if !pseudo.isEmpty {
            findings.append(
                ImportFinding(
                    .description, file: file.path,
                    problem: "pseudo_label is not imported, in " + ImportError.count(pseudo.count, "case", "cases")
                        + ": the list does not record which organs a model made, nor the meaning of the values",
                    remedy: "import these files as a dataset of their own with --map and --origin model"))
        }
        if !description.unread.isEmpty {
            findings.append(
                ImportFinding(
                    .description, file: file.path,
                    problem: "keys of its entries that are not imported: " + ImportError.list(description.unread),
                    remedy: "none needed unless they name label files: import those as a dataset of their own"))
        }
        return findings
    }

    private func add(_ entry: DatalistDescription.Entry, _ name: String, to list: inout CaseList) {
        do throws(ImportError) {
            let (modality, subject) = (modality(entry.image), entry.subject ?? name)
            let labels = try labels(of: entry)
            if labels.isEmpty {
                let image = try listed(entry.image, role: "image", folders.image)
                note(image, in: &list)
                return list.cases.append(
                    CaseFiles(name: name, subject: subject, image: image, modality: modality, labels: []))
            }
            try list.add(WaitingCase(name: name, subject: subject, modality: modality, labels: labels)) {
                () throws(ImportError) in try folders.image(entry.image)
            }
            if let image = list.cases.last?.image { note(image, in: &list) }
        } catch {
            list.refuse(name, error)
        }
    }

    private func note(_ image: SourceFile, in list: inout CaseList) {
        if !folders.hold(image) { list.outside.insert(image) }
    }

    /// The annotations, and the pseudo labels of organs without annotation.
    private func labels(of entry: DatalistDescription.Entry) throws(ImportError) -> [LabelFile] {
        let stated = stated(entry)
        var files: [LabelFile] = []
        if let path = entry.label { files.append(try label(path, stated?.withoutModels())) }
        if let path = entry.pseudoLabel, let stated, !stated.modelMade.isEmpty {
            files.append(try label(path, stated.modelsOnly(among: map.organs)))
        }
        return files
    }

    private func label(_ path: String, _ stated: StatedOrgans?) throws(ImportError) -> LabelFile {
        LabelFile(
            file: try listed(path, role: "label", folders.label),
            reading: .values(map, unmapped: Set(unknown.flatMap(\.values))),
            unknown: description.ignored.map { [$0] } ?? [], stated: stated ?? StatedOrgans())
    }

    /// The label states that the list records for a case; nil where it records none.
    private func stated(_ entry: DatalistDescription.Entry) -> StatedOrgans? {
        entry.caseName.flatMap { description.states?.organs(of: $0, ontology) }
    }

    private func modelMade(_ entry: DatalistDescription.Entry) -> Set<OrganKey> { stated(entry)?.modelMade ?? [] }

    /// - Throws: `listedFileMissing` where the file is in no folder, `leavesFolder`.
    private func listed(
        _ path: String, role: String, _ find: (String) throws(ImportError) -> SourceFile
    ) throws(ImportError) -> SourceFile {
        do throws(ImportError) {
            return try find(path)
        } catch .missingFile {
            throw .listedFileMissing(file: path, role: role, folder: folders.last)
        }
    }

    /// A datalist does not record modalities: MR where the image's name contains `mr`, else CT.
    private func modality(_ image: String) -> Modality { PairName.isMR(PairName.caseName(image)) ? .mr : .ct }

    /// The entries with their case names: those of the list if every entry has a different one; else the file names of
    /// the images, prefixed by their folders' names where file names repeat.
    private var namedEntries: [(name: String, entry: DatalistDescription.Entry)] {
        let entries = description.entries
        let own = entries.compactMap { entry in entry.caseName.map { (name: $0, entry: entry) } }
        if own.count == entries.count && Set(own.map(\.name)).count == own.count { return own }
        let short = entries.map { (name: PairName.caseName($0.image), entry: $0) }
        guard Set(short.map(\.name)).count < Set(entries.map(\.image)).count else { return short }
        return short.map { name, entry in
            let parts = entry.image.split(separator: "/").filter { $0 != "." }
            return (parts.count > 1 ? "\(parts[parts.count - 2])_\(name)" : name, entry)
        }
    }
}
