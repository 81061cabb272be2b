public import Domain

/// What the catalogue keeps of a licence: its text or name, and where that was read.
public struct Licence: Hashable, Sendable {
    public let text: String
    public let source: String
    /// What else was stated, and may conflict with it.
    public let others: [LicenceStatement]

    public init(text: String, source: String, others: [LicenceStatement] = []) {
        (self.text, self.source, self.others) = (text, source, others)
    }

    /// This statement first, and behind it what is known to be said on other terms of a release whose licence is disputed.
    func besides(_ known: Licence) -> Licence {
        if known.others.isEmpty { return self }
        let all = [LicenceStatement(text: known.text, source: known.source)] + known.others
        let own = LicenceTerms(text)
        return Licence(text: text, source: source, others: others + all.filter { LicenceTerms($0.text) != own })
    }
}

/// What an image shows.
public enum Modality: String, Hashable, Sendable, Codable, CaseIterable {
    case ct = "CT"
    case mr = "MR"
    case other

    /// Reads the words that `dataset.json` files use.
    public init(word: String) {
        let word = word.lowercased()
        if word.hasPrefix("ct") || word == "computed tomography" {
            self = .ct
        } else if ["mr", "mri", "t1", "t2", "flair", "adc", "t1w", "t2w", "t1gd"].contains(word)
            || word.hasPrefix("mri")
        {
            self = .mr
        } else {
            self = .other
        }
    }
}

/// A recognised dataset: one layout found in one folder.
public protocol Layout: Sendable {
    var name: LayoutName { get }
    /// The release whose label map is used; label values have a meaning in a release only.
    var release: String { get }
    /// Who stands behind its labels, unless the caller says otherwise.
    var defaultOrigin: LabelOrigin { get }
    /// Organs whose labels others stand behind than behind the rest of the release.
    var origins: [OrganKey: LabelOrigin] { get }
    /// Releases that the layout knows the labels of; empty where any name will do.
    var knownReleases: [String] { get }
    var licence: Licence { get }
    /// The dataset's cases, ordered by name. Reads folders, and headers where a layout needs them; no voxels.
    /// - Throws: what makes the whole dataset unreadable; a case that cannot be listed is in `CaseList.refused`.
    func cases() throws(ImportError) -> CaseList
}

extension Layout {
    public var origins: [OrganKey: LabelOrigin] { [:] }
    public var knownReleases: [String] { [] }
}

/// The cases of a dataset.
public struct CaseList: Sendable {
    public internal(set) var cases: [CaseFiles] = []
    /// Labels without their image, ordered by name.
    public internal(set) var waiting: [WaitingCase] = []
    /// Cases whose files cannot be named safely, by the name they have in the dataset.
    public internal(set) var refused: [CaseReport] = []
    /// What holds for the dataset as a whole.
    public internal(set) var findings: [ImportFinding] = []
    /// Images outside of the dataset's folder, where its own description says that they lie.
    public internal(set) var outside: Set<SourceFile> = []

    mutating func refuse(_ name: String, _ error: ImportError) {
        refused.append(CaseReport(name: name, outcome: CaseOutcome(error)))
    }

    /// Adds the case with its image, or has it wait where the image is not there.
    /// - Throws: what else is wrong with the image.
    mutating func add(_ item: WaitingCase, image: () throws(ImportError) -> SourceFile) throws(ImportError) {
        do throws(ImportError) {
            cases.append(item.with(try image()))
        } catch .missingFile {
            waiting.append(item)
        }
    }

    /// Takes waiting cases out whose labels an earlier import joined to images, and adds them with these.
    public mutating func replace(_ items: [WaitingCase], by whole: [CaseFiles]) {
        let names = Set(items.map(\.name))
        waiting.removeAll { names.contains($0.name) }
        cases += whole
        settle()
    }

    /// Orders by name, and refuses the second of two cases with one name.
    mutating func settle() {
        var seen = Set<String>()
        let ordered = cases.sorted { $0.name < $1.name }
        cases = ordered.filter { seen.insert($0.name).inserted }
        var kept = Set<String>()
        for item in ordered where !kept.insert(item.name).inserted {
            refuse(item.name, .duplicate(file: item.image.path, what: "a second case is called \(item.name)"))
        }
        let patient = waiting.sorted { $0.name < $1.name }
        waiting = patient.filter { seen.insert($0.name).inserted }
        for item in patient where !kept.insert(item.name).inserted {
            let file = item.labels[0].file.path
            refuse(item.name, .duplicate(file: file, what: "a second case is called \(item.name)"))
        }
    }
}

/// The files of one case, and how to read them.
public struct CaseFiles: Hashable, Sendable {
    /// Unique in the dataset.
    public let name: String
    /// The patient, as far as the dataset tells them apart.
    public let subject: String
    public let image: SourceFile
    public let modality: Modality
    /// None for an unlabelled volume.
    public let labels: [LabelFile]
    /// Known before the files are opened.
    public let findings: [ImportFinding]
    /// The study whose images share the labels, and what tells this image from the others; nil where there is one.
    public let phase: StudyPhase?
    /// What another dataset knows of the image, where it lies with that; nil for an image of the dataset's own.
    public let expected: ExpectedImage?
    /// Files of single annotators, which lie beside the labels and are read only where the caller wants it.
    public let annotators: [AnnotatorFiles]

    public init(
        name: String, subject: String, image: SourceFile, modality: Modality, labels: [LabelFile],
        findings: [ImportFinding] = [], phase: StudyPhase? = nil, expected: ExpectedImage? = nil,
        annotators: [AnnotatorFiles] = []
    ) {
        (self.name, self.subject, self.image, self.modality) = (name, subject, image, modality)
        (self.labels, self.findings, self.phase, self.expected) = (labels, findings, phase, expected)
        self.annotators = annotators
    }

    /// Image and labels, the image first.
    public var files: [SourceFile] { [image] + labels.map(\.file) }
}

/// One of several images of a study on one grid: a contrast phase, a sequence, a channel.
public struct StudyPhase: Hashable, Sendable {
    /// The same for all images that share labels, unique in the release.
    public let study: String
    public let name: String

    public init(study: String, name: String) { (self.study, self.name) = (study, name) }
}

/// An image that lies with another dataset, as the catalogue knows it.
public struct ExpectedImage: Hashable, Sendable {
    public let dataset: String
    /// The catalogue's number of the release whose root the file is relative to.
    public let release: Int32
    public let sha256: Digest

    public init(dataset: String, release: Int32, sha256: Digest) {
        (self.dataset, self.release, self.sha256) = (dataset, release, sha256)
    }
}

/// A label file and what its values mean.
public struct LabelFile: Hashable, Sendable {
    public enum Reading: Hashable, Sendable {
        /// Values as the map explains, every organ of which is complete in the file; `unmapped` values are known to mean
        /// no organ of the ontology.
        case values(LabelMap, unmapped: Set<Int> = [])
        /// One class: every voxel other than 0 belongs to these organs.
        case oneClass(organs: [OrganKey])
        /// Values as the label table in the file's header explains, by name; what the table names is complete.
        case declared
    }

    public let file: SourceFile
    public let reading: Reading
    /// Which of the organs that the reading names are decided.
    public let scope: LabelScope
    /// Values at whose voxels nothing is known of the organs that they do not belong to: nnU-Net's `ignore`, a tumour
    /// that hides its unstated organ.
    public let unknown: Set<Int>
    /// Where the file is complete; nil: everywhere.
    public let crop: AnnotatedCrop?
    /// What is said of its organs beside its voxels.
    public let stated: StatedOrgans

    public init(
        file: SourceFile, reading: Reading, scope: LabelScope = .declared, unknown: Set<Int> = [],
        crop: AnnotatedCrop? = nil, stated: StatedOrgans = StatedOrgans()
    ) {
        (self.file, self.reading, self.scope, self.unknown, self.crop) = (file, reading, scope, unknown, crop)
        self.stated = stated
    }
}
