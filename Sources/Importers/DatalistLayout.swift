public import Domain

/// A datalist of MONAI: a JSON file whose lists name images and labels, relative to its folder or to that of `--images`.
/// What its names say is complete in every labelled case; that it has folds and other keys is said, and no more.
public struct DatalistLayout: Layout {
    public let name = LayoutName.monai
    public let release: String
    public let defaultOrigin: LabelOrigin
    public let origins: [OrganKey: LabelOrigin]
    public let licence: Licence

    let file: SourceFile
    /// Where paths of the list begin: first of these that has the file.
    let places: [DatasetFolder]
    let description: DatalistDescription
    let map: LabelMap
    let unknown: [(value: Int, name: String)]

    /// The datalists in a folder, by file name.
    static func files(in listing: FolderListing) -> [String] {
        listing.files(in: "").filter { name in
            name.hasSuffix(".json") && name != DatasetDescription.fileName
                && DatalistDescription.fits(listing.folder.root + "/" + name)
        }
    }

    /// - Throws: `unreadableDescription`, `unsupported` where nothing says what the values mean, `unknownNames`.
    init(_ file: SourceFile, options: ImportOptions) throws(ImportError) {
        (self.file, description) = (file, try DatalistDescription(file))
        let given = options.map ?? options.release.flatMap(LabelMap.standard)
        if let given {
            (map, unknown) = (given, [])
        } else if description.labels.isEmpty {
            throw .unsupported(
                folder: file.path, what: "the datalist does not say what the label values mean",
                remedy: "name the release with --release, or give a label map with --map")
        } else {
            let labels = try DatasetLabels(description.labels, file: file.path)
            (map, unknown) = (labels.map, labels.unknown)
        }
        var places = [try DatasetFolder(file.root)]
        if let images = options.images { places.append(try DatasetFolder(images)) }
        self.places = places
        let stated = options.release ?? options.map?.release ?? DatasetLabels.asDeclared
        let facts = ReleaseFacts.of(stated)
        release = stated
        (defaultOrigin, origins) = (facts.origin, facts.origins)
        licence = description.licence.map { Licence(text: $0, source: file.path) } ?? facts.licence
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
        if !description.unread.isEmpty {
            findings.append(
                ImportFinding(
                    .description, file: file.path,
                    problem: "keys of its entries that are not read: "
                        + ImportError.list(description.unread),
                    remedy:
                        "nothing, unless they name labels: import those as a dataset of their own with --origin model"))
        }
        return findings
    }

    private func add(_ entry: DatalistDescription.Entry, _ name: String, to list: inout CaseList) {
        do throws(ImportError) {
            let modality = modality(entry.image)
            guard let path = entry.label else {
                let image = try listed(entry.image, role: "image")
                return list.cases.append(
                    CaseFiles(name: name, subject: name, image: image, modality: modality, labels: []))
            }
            let label = LabelFile(
                file: try listed(path, role: "label"), reading: .values(map, unmapped: Set(unknown.map(\.value))))
            try list.add(WaitingCase(name: name, subject: name, modality: modality, labels: [label])) {
                () throws(ImportError) in try find(entry.image, role: "image")
            }
        } catch {
            list.refuse(name, error)
        }
    }

    /// - Throws: `listedFileMissing` where no place has it, `leavesFolder`.
    private func listed(_ path: String, role: String) throws(ImportError) -> SourceFile {
        do throws(ImportError) {
            return try find(path, role: role)
        } catch .missingFile(let file, _) {
            throw .listedFileMissing(file: file, role: role, folder: places.last?.root ?? "")
        }
    }

    /// - Throws: `missingFile` where no place has it, `leavesFolder`.
    private func find(_ path: String, role: String) throws(ImportError) -> SourceFile {
        let place = places.first { $0.hasFile(path) } ?? places[0]
        return try place.file(path, role: role)
    }

    /// The list does not say what an image shows; a name with `mr` in it is one.
    private func modality(_ image: String) -> Modality { PairName.isMR(PairName.caseName(image)) ? .mr : .ct }

    /// File names of the images, with their folders' in front where file names repeat.
    private var caseNames: [String] {
        let short = description.entries.map { PairName.caseName($0.image) }
        guard Set(short).count < Set(description.entries.map(\.image)).count else { return short }
        return zip(description.entries, short).map { entry, name in
            let parts = entry.image.split(separator: "/").filter { $0 != "." }
            return parts.count > 1 ? "\(parts[parts.count - 2])_\(name)" : name
        }
    }
}
