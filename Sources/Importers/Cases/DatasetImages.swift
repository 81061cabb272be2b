public import Domain

/// The images of a dataset in the catalogue, to which labels without images are joined by name.
public struct DatasetImages: Sendable {
    /// One image of one case.
    public struct Entry: Hashable, Sendable {
        public let caseName: String
        /// The dataset's names for its subject.
        public let subjects: [String]
        public let file: SourceFile
        public let modality: Modality
        public let phase: StudyPhase?
        public let expected: ExpectedImage

        public init(
            caseName: String, subjects: [String], file: SourceFile, modality: Modality, phase: StudyPhase?,
            expected: ExpectedImage
        ) {
            (self.caseName, self.subjects, self.file) = (caseName, subjects, file)
            (self.modality, self.phase, self.expected) = (modality, phase, expected)
        }
    }

    public let dataset: String
    /// In the order of the dataset's cases; an image with several names has an entry for each.
    private let entries: [Entry]
    /// Case names of images by the name of the labels, as given by the caller.
    private let pairs: [String: [String]]
    private let byCase: [String: [Entry]]
    private let byKey: [String: [Entry]]
    private let byStudy: [String: [Entry]]
    private let bySubject: [String: [Entry]]

    /// - Parameter pairs: for a case of labels, the names of the cases whose images it belongs to.
    public init(dataset: String, entries: [Entry], pairs: [String: [String]] = [:]) {
        (self.dataset, self.entries, self.pairs) = (dataset, entries, pairs)
        byCase = Dictionary(grouping: entries, by: \.caseName)
        byKey = Self.grouped(entries) { [PairName.key($0.caseName), PairName.key($0.file.stem)] }
        byStudy = Self.grouped(entries) { $0.phase.map { [$0.study] } ?? [] }
        bySubject = Self.grouped(entries, by: \.subjects)
    }

    private static func grouped(_ entries: [Entry], by names: (Entry) -> [String]) -> [String: [Entry]] {
        var groups: [String: [Entry]] = [:]
        for entry in entries {
            for name in Set(names(entry)) { groups[name, default: []].append(entry) }
        }
        return groups
    }

    /// The images of labels: those that the caller names, else the first match of the case of the same name, the one
    /// whose name or file differs only in the usual affixes, the study of that name, and the subject's only image.
    /// Several for the phases of one study; none where nothing matches.
    /// - Throws: `severalImages`; `noSuchImage` for a case that the caller names and the dataset does not have.
    func images(of item: WaitingCase) throws(ImportError) -> [Entry] {
        if let named = pairs[item.name] {
            let found = try named.map { name throws(ImportError) -> [Entry] in
                let entries = try one(of: byCase[name] ?? [], for: item)
                if entries.isEmpty {
                    throw .noSuchImage(file: item.labels[0].file.path, dataset: dataset, wanted: name)
                }
                return entries
            }
            return Array(found.joined())
        }
        for found in [byCase[item.name], byKey[PairName.key(item.name)], byStudy[item.name], bySubject[item.subject]] {
            if let found { return try one(of: found, for: item) }
        }
        return []
    }

    /// One entry per image: entries with equal checksums are one image, and several images must be of one study.
    private func one(of found: [Entry], for item: WaitingCase) throws(ImportError) -> [Entry] {
        guard Set(found.map(\.expected.sha256)).count > 1 else { return Array(found.suffix(1)) }
        let studies = Set(found.map(\.phase?.study))
        guard studies.count == 1, studies.first != .some(nil) else {
            throw .severalImages(
                file: item.labels[0].file.path, dataset: dataset, cases: found.map(\.caseName).sorted())
        }
        return found
    }

    /// Up to three case names, for messages.
    var examples: [String] { Array(byCase.keys.sorted().prefix(3)) }
    var isEmpty: Bool { entries.isEmpty }
}

extension CaseList {
    /// Joins waiting labels to the images of a dataset; labels without a matching image stay waiting.
    public mutating func join(_ images: DatasetImages) {
        let candidates = waiting
        waiting = []
        var joined: [(item: WaitingCase, images: [DatasetImages.Entry])] = []
        for item in candidates {
            do throws(ImportError) {
                let found = try images.images(of: item)
                if found.isEmpty { waiting.append(item) } else { joined.append((item, found)) }
            } catch {
                refuse(item.name, error)
            }
        }
        add(joined, of: images.dataset)
        if joined.isEmpty && !waiting.isEmpty { findings.append(Self.nothingJoined(waiting, images)) }
        settle()
    }

    /// Adds the cases with their images. Cases that match the same image are all refused: which one is right is
    /// unknown.
    private mutating func add(_ joined: [(item: WaitingCase, images: [DatasetImages.Entry])], of dataset: String) {
        var casesOfImage: [SourceFile: [String]] = [:]
        for (item, images) in joined {
            for file in Set(images.map(\.file)) { casesOfImage[file, default: []].append(item.name) }
        }
        for (item, images) in joined {
            if let shared = images.first(where: { (casesOfImage[$0.file] ?? []).count > 1 }) {
                let (file, names) = (item.labels[0].file.path, casesOfImage[shared.file] ?? [])
                refuse(
                    item.name,
                    .sharedImage(file: file, dataset: dataset, image: shared.caseName, cases: names.sorted()))
            } else {
                cases += images.map { item.with($0, amongSeveral: images.count > 1) }
            }
        }
    }

    private static func nothingJoined(_ waiting: [WaitingCase], _ images: DatasetImages) -> ImportFinding {
        let labels = waiting.prefix(3).map(\.name).joined(separator: ", ")
        return ImportFinding(
            .description, file: waiting[0].labels[0].file.path,
            problem: images.isEmpty
                ? "dataset \(images.dataset) has no images"
                : "no image of dataset \(images.dataset) has the name of a label: its cases are named "
                    + "\(images.examples.joined(separator: ", ")) …, those of the labels \(labels) …",
            remedy: images.isEmpty
                ? "name a dataset with images"
                : "list the image of each case: --pairs FILE.csv with the columns case and image")
    }
}

extension WaitingCase {
    fileprivate func with(_ entry: DatasetImages.Entry, amongSeveral: Bool) -> CaseFiles {
        guard amongSeveral else {
            return with(entry.file, modality: entry.modality, expected: entry.expected)
        }
        let phase = StudyPhase(study: name, name: entry.phase?.name ?? entry.caseName)
        return with(
            entry.file, name: "\(name)_\(phase.name)", modality: entry.modality, phase: phase, expected: entry.expected)
    }
}
