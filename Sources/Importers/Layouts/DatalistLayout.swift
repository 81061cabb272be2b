public import Domain

/// A datalist of MONAI: a JSON file whose lists name images and labels, relative to its folder or to that of `--images`.
/// What its names say is complete in every labelled case, but at the voxels of `ignore`; that it has folds and other keys is
/// said, and no more. Labels that a model made are read where the list says of which organs they are, as our exports do.
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
    let unknown: [(value: Int, name: String)]
    private let ontology: Ontology

    /// The datalists in a folder, by file name.
    static func files(in listing: FolderListing) -> [String] {
        listing.files(in: "").filter { name in
            name.hasSuffix(".json") && name != DatasetDescription.fileName
                && DatalistDescription.fits(listing.folder.root + "/" + name)
        }
    }

    /// - Throws: `unreadableDescription`, `unsupported` where nothing says what the values mean, `unknownNames`.
    init(_ file: SourceFile, options: ImportOptions) throws(ImportError) {
        let description = try DatalistDescription(file)
        (self.file, self.description, ontology) = (file, description, options.ontology)
        let given = options.map ?? options.publicRelease.flatMap(LabelMap.standard)
        if let given {
            (map, unknown) = (given, [])
        } else if description.labels.isEmpty && description.regions.isEmpty {
            throw .unsupported(
                folder: file.path, what: "the datalist does not say what the label values mean",
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

    /// What the values mean; names of several values are regions, the union of these.
    private static func meaning(
        _ description: DatalistDescription, file: String, _ ontology: Ontology
    ) throws(ImportError) -> (LabelMap, unknown: [(value: Int, name: String)]) {
        guard !description.regions.isEmpty else {
            let labels = try DatasetLabels(description.labels, file: file, ontology)
            return (labels.map, labels.unknown)
        }
        let regions = Set(description.regions.map(\.name))
        let single = description.labels.filter { !regions.contains($0.name) }.map {
            (name: $0.name, values: [$0.value])
        }
        let names = single + description.regions
        let organs = DatasetLabels.organs(of: names.map(\.name), ontology)
        let map = DatasetLabels.united(names, organs)
        guard !map.entries.isEmpty else { throw .unknownNames(file: file, names: names.map(\.name)) }
        let unknown = zip(names, organs).filter(\.1.isEmpty).flatMap { name, _ in
            name.values.map { (value: $0, name: name.name) }
        }
        return (map, unknown)
    }

    public func cases() throws(ImportError) -> CaseList {
        var list = CaseList()
        let names = caseNames
        for (entry, name) in zip(description.entries, names) { add(entry, name, to: &list) }
        if !unknown.isEmpty {
            list.findings.append(
                ImportFinding(
                    .classUnknown, file: file.path,
                    problem: "labels that name no known organ: "
                        + ImportError.list(unknown.map { "\($0.value) \($0.name)" }),
                    remedy: "their voxels are not imported; give a label map to import them"))
        }
        list.findings += unread
        list.settle()
        return list
    }

    /// What the list says beyond images and labels.
    private var unread: [ImportFinding] {
        var findings: [ImportFinding] = []
        if let folds = description.folds {
            findings.append(
                ImportFinding(
                    .description, file: file.path,
                    problem: "the list has folds, \(folds.lowerBound) to "
                        + "\(folds.upperBound), which an import does not read",
                    remedy: "make a split of one: lacuna split create NAME --list \(file.absolutePath) --fold 0"))
        }
        let pseudo = description.entries.filter { $0.pseudoLabel != nil && modelMade($0).isEmpty }
        if !pseudo.isEmpty {
            findings.append(
                ImportFinding(
                    .description, file: file.path,
                    problem: "a pseudo_label that is not read, in "
                        + ImportError.count(pseudo.count, "case", "cases")
                        + ": nothing says which of its organs a model made, nor that its values mean what those of label do",
                    remedy: "import these files as a dataset of their own with --map and --origin model"))
        }
        if !description.unread.isEmpty {
            findings.append(
                ImportFinding(
                    .description, file: file.path,
                    problem: "keys of its entries that are not read: " + ImportError.list(description.unread),
                    remedy: "nothing, unless they name labels: import those as a dataset of their own"))
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

    /// What people said, and beside it what a model said of the organs that they left open.
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
            reading: .values(map, unmapped: Set(unknown.map(\.value))),
            unknown: description.ignored.map { [$0] } ?? [], stated: stated ?? StatedOrgans())
    }

    /// What the list says of the organs of a case; nil where it says nothing.
    private func stated(_ entry: DatalistDescription.Entry) -> StatedOrgans? {
        entry.caseName.flatMap { description.states?.organs(of: $0, ontology) }
    }

    private func modelMade(_ entry: DatalistDescription.Entry) -> Set<OrganKey> { stated(entry)?.modelMade ?? [] }

    /// - Throws: `listedFileMissing` where no folder has it, `leavesFolder`.
    private func listed(
        _ path: String, role: String, _ find: (String) throws(ImportError) -> SourceFile
    ) throws(ImportError) -> SourceFile {
        do throws(ImportError) {
            return try find(path)
        } catch .missingFile {
            throw .listedFileMissing(file: path, role: role, folder: folders.last)
        }
    }

    /// The list does not say what an image shows; a name with `mr` in it is one.
    private func modality(_ image: String) -> Modality { PairName.isMR(PairName.caseName(image)) ? .mr : .ct }

    /// What the list calls its cases, if it names each; else file names of the images, with their folders' in front where
    /// file names repeat.
    private var caseNames: [String] {
        let own = description.entries.compactMap(\.caseName)
        if own.count == description.entries.count && Set(own).count == own.count { return own }
        let short = description.entries.map { PairName.caseName($0.image) }
        guard Set(short).count < Set(description.entries.map(\.image)).count else { return short }
        return zip(description.entries, short).map { entry, name in
            let parts = entry.image.split(separator: "/").filter { $0 != "." }
            return parts.count > 1 ? "\(parts[parts.count - 2])_\(name)" : name
        }
    }
}
