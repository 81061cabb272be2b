public import Domain

/// Beyond the Cranial Vault: `img/imgNNNN` with `label/labelNNNN`; 13 organs, all annotated completely in every
/// labelled case; the images of `Testing` have no labels.
public struct BTCVLayout: Layout {
    public let name = LayoutName.btcv
    public let release: String
    public let defaultOrigin: LabelOrigin
    public let licence: Licence
    public var knownReleases: [String] { ["btcv", "gibson-btcv"] }

    let folder: DatasetFolder
    let images: ImageSource
    let map: LabelMap
    /// Relative folders that contain `img` or `label`.
    let parts: [String]

    /// Folders that may contain `img` and `label`, from the root of the Synapse download down to the folder itself.
    static let places = ["RawData/Training", "RawData/Testing", "Training", "Testing", ""]

    /// The places with numbered images or labels; empty where none has labels, since the layout is another one then.
    static func parts(of folder: DatasetFolder) -> [String] {
        let found = places.filter { !numbered(folder, $0, "img").isEmpty || !numbered(folder, $0, "label").isEmpty }
        return found.contains { !numbered(folder, $0, "label").isEmpty } ? found : []
    }

    /// The label map is the caller's, else that of the named release (`gibson-btcv` adds the duodenum), else the
    /// challenge's.
    /// - Throws: `unreadableFolder` for the folder of images.
    init(_ folder: DatasetFolder, parts: [String], options: ImportOptions) throws(ImportError) {
        map = options.map ?? options.publicRelease.flatMap(LabelMap.standard) ?? Self.challenge
        let facts = ReleaseFacts.of(map.release)
        (self.folder, self.parts) = (folder, parts)
        images = try ImageSource(dataset: folder, images: options.images)
        (release, defaultOrigin, licence) = (options.release ?? map.release, facts.origin, facts.licence)
    }

    private static let challenge = LabelMap.standard("btcv") ?? LabelMap(release: "btcv", entries: [])

    public var places: LayoutPlaces {
        LayoutPlaces(
            folder: folder,
            searched: parts.flatMap { part in ["img", "label"].map { (part.isEmpty ? $0 : "\(part)/\($0)", 0) } })
    }

    public func listCases() throws(ImportError) -> CaseList {
        var list = CaseList()
        for part in parts {
            let labels = Self.numbered(folder, part, "label")
            for number in Set(labels.keys).union(Self.numbered(folder, part, "img").keys).sorted() {
                add(number, in: part, label: labels[number], expectsLabel: !labels.isEmpty, to: &list)
            }
        }
        list.settle()
        return list
    }

    private func add(_ number: String, in part: String, label: String?, expectsLabel: Bool, to list: inout CaseList) {
        let name = "img" + number
        do throws(ImportError) {
            let find = { () throws(ImportError) in
                try images.image(
                    of: Self.path(part, "img", name), beside: [Self.path(part, "img", name)],
                    inFolder: [name, "img/" + name, Self.path(part, "img", name)])
            }
            guard let label else {
                let image = try find()
                let findings = expectsLabel ? [missing(number, image: image)] : []
                return list.cases.append(
                    CaseFiles(name: name, subject: number, image: image, modality: .ct, labels: [], findings: findings))
            }
            let file = LabelFile(
                file: try folder.file(Self.path(part, "label", label), role: "label"), reading: .values(map))
            try list.add(WaitingCase(name: name, subject: number, modality: .ct, labels: [file]), image: find)
        } catch {
            list.refuse(name, error)
        }
    }

    private func missing(_ number: String, image: SourceFile) -> ImportFinding {
        ImportFinding(
            .classMissing, file: image.path,
            problem: "there is no label\(number) for it; all its organs are unlabelled",
            remedy: "finish the download if the case has labels")
    }

    /// Number as written to file name, for the files of one kind: `0001` to `label0001.nii.gz`.
    private static func numbered(_ folder: DatasetFolder, _ part: String, _ kind: String) -> [String: String] {
        let place = part.isEmpty ? kind : part + "/" + kind
        let pairs = folder.volumes(in: place).compactMap { name -> (String, String)? in
            let digits = SourceFile.stem(of: name).dropFirst(kind.count)
            guard name.hasPrefix(kind), !digits.isEmpty, digits.allSatisfy(\.isNumber) else { return nil }
            return (String(digits), name)
        }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    private static func path(_ part: String, _ kind: String, _ name: String) -> String {
        (part.isEmpty ? "" : part + "/") + kind + "/" + name
    }
}
