public import Domain

/// TotalSegmentator and datasets in its form: a case is an image beside a folder of binary files, one per class. An
/// empty file means that the class is absent, a missing file that it is unlabelled.
public struct ClassFilesLayout: Layout {
    public var name: LayoutName { Self.isAtlas(classes.map.release) ? .abdomenatlas : .totalsegmentator }
    public let release: String
    public let defaultOrigin: LabelOrigin
    public let licence: Licence
    public var knownReleases: [String] { ClassNames.releases }

    let folder: DatasetFolder
    let images: ImageSource
    let folders: [ClassFolder]
    let classes: ClassNames
    private let ontology: Ontology

    /// - Parameter asked: the layout that the caller specified; only its releases are considered then.
    /// - Throws: `unreadableFolder` for the folder of images.
    init(
        _ folder: DatasetFolder, folders: [ClassFolder], asked: LayoutName? = nil, options: ImportOptions
    ) throws(ImportError) {
        (self.folder, self.folders, ontology) = (folder, folders, options.ontology)
        images = try ImageSource(dataset: folder, images: options.images)
        classes = Self.classes(folder, folders, asked, options)
        release = options.release ?? classes.map.release
        let facts = ReleaseFacts.of(classes.map.release)
        (defaultOrigin, licence) = (facts.origin, facts.licence)
    }

    private static func classes(
        _ folder: DatasetFolder, _ folders: [ClassFolder], _ asked: LayoutName?, _ options: ImportOptions
    ) -> ClassNames {
        if let map = options.map { return ClassNames(map) }
        if let release = options.publicRelease, let map = LabelMap.standard(release) { return ClassNames(map) }
        let names = Set(folders.flatMap(\.files).map(SourceFile.stem))
        let isMR = folders.contains { item in
            ["mri", "mr"].contains { folder.volume((item.parent.isEmpty ? "" : item.parent + "/") + $0) != nil }
        }
        let modality: Modality = isMR || options.givenModality == .mr ? .mr : .ct
        let wantsAtlas = asked.map { $0 == .abdomenatlas }
        return ClassNames.explaining(names, modality: modality) { wantsAtlas == nil || isAtlas($0) == wantsAtlas }
    }

    private static func isAtlas(_ release: String) -> Bool { release.hasPrefix("abdomenatlas") }

    /// Class files that match no organ are reported with their case, and `combined_labels` of AbdomenAtlas repeats the class files.
    public var places: LayoutPlaces {
        var known = Set(folders.flatMap { item in item.files.map(item.relative) })
        for item in folders {
            if let path = folder.volume((item.parent.isEmpty ? "" : item.parent + "/") + "combined_labels") {
                known.insert(path)
            }
        }
        return LayoutPlaces(folder: folder, searched: [("", 2)], known: known)
    }

    public func listCases() throws(ImportError) -> CaseList {
        if images.isSingleFile && folders.count > 1 {
            throw .ambiguous(folder: folder.root, readings: folders.map { "\($0.path) with the image file" })
        }
        var list = CaseList()
        let everywhere = missingEverywhere
        for item in folders { add(item, ignoring: everywhere, to: &list) }
        if !everywhere.isEmpty {
            list.findings.append(missing(everywhere, in: folder.name, subject: "no case has a file"))
        }
        list.settle()
        return list
    }

    private func add(_ item: ClassFolder, ignoring everywhere: Set<String>, to list: inout CaseList) {
        let fallback = item.parent.isEmpty ? folder.name : item.parent
        do throws(ImportError) {
            try refuseOtherFormats(item)
            let known = item.files.filter { !organs(of: $0).isEmpty }
            let labels = try known.map { file throws(ImportError) in
                LabelFile(
                    file: try folder.file(item.relative(file), role: "label"),
                    reading: .oneClass(organs: organs(of: file)))
            }
            let findings = findings(item, ignoring: everywhere)
            do throws(ImportError) {
                let image = try image(of: item, name: fallback)
                let name = images.isSingleFile ? image.stem : fallback
                list.cases.append(
                    CaseFiles(
                        name: name, subject: name, image: image, modality: modality(of: image.stem), labels: labels,
                        findings: findings))
            } catch .missingFile where !labels.isEmpty {
                list.waiting.append(
                    WaitingCase(
                        name: fallback, subject: fallback, modality: modality(of: fallback), labels: labels,
                        findings: findings))
            }
        } catch {
            list.refuse(fallback, error)
        }
    }

    /// - Throws: `unsupported` where the class folder has files, but no NIfTI file.
    private func refuseOtherFormats(_ item: ClassFolder) throws(ImportError) {
        guard item.files.isEmpty, item.path != item.parent else { return }
        let others = folder.names(in: item.path).filter { !$0.hasPrefix(".") && !UnusedFiles.isText($0) }
        guard !others.isEmpty else { return }
        throw .unsupported(
            folder: item.path, what: "no class file is in NIfTI: " + ImportError.list(others, limit: 5),
            remedy: "convert the files to NIfTI with 3D Slicer or SimpleITK, and import again")
    }

    private func image(of item: ClassFolder, name: String) throws(ImportError) -> SourceFile {
        let prefix = item.parent.isEmpty ? "" : item.parent + "/"
        return try images.image(
            of: prefix.isEmpty ? "ct.nii.gz" : prefix + "ct.nii.gz", beside: ClassFolder.images.map { prefix + $0 },
            inFolder: ClassFolder.images.map { name + "/" + $0 } + [name, name + "_0000"])
    }

    private func organs(of file: String) -> [OrganKey] {
        classes.organs(of: SourceFile.stem(of: file), ontology)
    }

    private func modality(of image: String) -> Modality {
        image.hasPrefix("mr") || classes.map.release.hasSuffix("-mr") ? .mr : .ct
    }

    /// - Parameter everywhere: missing classes that are reported for the dataset as a whole.
    private func findings(_ item: ClassFolder, ignoring everywhere: Set<String>) -> [ImportFinding] {
        var findings: [ImportFinding] = []
        let absent = missing(in: item).subtracting(everywhere)
        if !absent.isEmpty { findings.append(missing(absent, in: item.path, subject: "the case has no file")) }
        let unknown = item.files.filter { organs(of: $0).isEmpty }
        if !unknown.isEmpty {
            findings.append(
                ImportFinding(
                    .classUnknown, file: item.path, problem: "files that match no organ: " + ImportError.list(unknown),
                    remedy: "they are not imported; add the organs to the ontology, or give a label map"))
        }
        return findings
    }

    /// Classes of the release for which the case has no file.
    private func missing(in item: ClassFolder) -> Set<String> {
        let present = Set(item.files.map { Ontology.normalised(SourceFile.stem(of: $0)) })
        return Set(classes.map.entries.map(\.name).filter { !present.contains(Ontology.normalised($0)) })
    }

    /// Classes for which none of several cases has a file: reported once, not with every case.
    private var missingEverywhere: Set<String> {
        guard folders.count > 1 else { return [] }
        return folders.dropFirst().reduce(missing(in: folders[0])) { $0.intersection(missing(in: $1)) }
    }

    private func missing(_ names: Set<String>, in file: String, subject: String) -> ImportFinding {
        ImportFinding(
            .classMissing, file: file.isEmpty ? folder.name : file,
            problem: "\(subject) for \(ImportError.count(names.count, "class", "classes")) of \(classes.map.release), "
                + "which are unlabelled: " + ImportError.list(names.sorted()),
            remedy: "finish the download if the files should exist")
    }
}
