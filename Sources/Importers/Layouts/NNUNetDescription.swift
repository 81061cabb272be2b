internal import Domain

/// `dataset.json` of nnU-Net's raw data, version 2, in which labels map names to values, or to the values of a region.
struct NNUNetDescription: Sendable {
    /// Without background, ordered by first value and name.
    let labels: [NamedLabel]
    /// The value of voxels that were not examined (`ignore`).
    let ignored: Int?
    /// Channel names by their numbers.
    let channels: [String: String]
    let fileEnding: String
    let release: String?
    let licence: Licence?
    /// Case to subject, as Lacuna's exports record them.
    let subjects: [String: String]
    let states: StatedCases?
    let origins: StatedOrigins?
    /// Case to files with paths of their own (key `dataset`).
    let listed: [String: Entry]

    struct Entry: Decodable, Sendable {
        /// In the order of the channels.
        let images: [String]
        let label: String?
    }

    /// Whether the folder has a description in this form: its labels map names to values; or they map values to names, as nnU-Net
    /// 1 wrote them, and it lists no training pairs.
    static func fits(_ folder: DatasetFolder) -> Bool {
        guard let content = try? decode(Recognised.self, folder) else { return false }
        return content.labels.hasValues || content.labels.isInverted && !content.hasTrainingList
    }

    /// - Throws: `unreadableDescription`, `document`; `contradictoryValue` for an organ with value 0; `unsupported` for files of a
    ///   format that is not read.
    init(in folder: DatasetFolder, _ ontology: Ontology) throws(ImportError) {
        let file = DatasetDescription.fileName
        let document = try DatasetText.json(folder.root + "/" + file, named: file)
        let content = try DatasetText.decode(Content.self, document, named: file)
        if content.labels.isInverted {
            try LabelValue.refuseTwice(content.labels.keys, of: "labels", in: document, file: file)
        }
        var (labels, ignored) = ([NamedLabel](), Int?.none)
        for (name, values) in try content.labels.values(in: document, file) {
            if name == "ignore" {
                ignored = values.first
                continue
            }
            if values.contains(0), ontology.organ(named: name) != nil {
                throw .contradictoryValue(file: file, value: 0, meanings: ["background", name])
            }
            if values != [0] { labels.append(NamedLabel(name: name, values: values.filter { $0 != 0 }.sorted())) }
        }
        self.labels = labels.sorted { ($0.values.first ?? 0, $0.name) < ($1.values.first ?? 0, $1.name) }
        self.ignored = ignored
        channels = content.channel_names ?? content.modality ?? [:]
        fileEnding = try Self.ending(content.file_ending)
        licence = (content.licence ?? content.license)?.licence(in: file)
        (release, listed) = (content.release?.text, content.dataset ?? [:])
        (states, origins, subjects) = (content.states, content.origins, content.subjects?.names ?? [:])
    }

    /// The ending of image and label files, with its dot.
    private static func ending(_ stated: String?) throws(ImportError) -> String {
        guard let stated, !stated.isEmpty else { return ".nii.gz" }
        let ending = stated.hasPrefix(".") ? stated : "." + stated
        let known = [".nii.gz", ".nii", ".hdr", ".img", ".hdr.gz", ".img.gz"]
        guard known.contains(ending.lowercased()) else {
            throw .unsupported(
                folder: DatasetDescription.fileName, what: "file_ending is \(stated), and such files are not read",
                remedy:
                    "convert images and labels to .nii.gz with 3D Slicer or SimpleITK, and set file_ending to .nii.gz")
        }
        return ending
    }

    private static func decode<Value: Decodable>(
        _ type: Value.Type, _ folder: DatasetFolder
    ) throws(ImportError) -> Value {
        let file = DatasetDescription.fileName
        return try DatasetText.decode(type, folder.root + "/" + file, named: file)
    }

    /// What is decoded to recognise the form.
    private struct Recognised: Decodable {
        let labels: NNUNetLabels
        let hasTrainingList: Bool

        enum Keys: String, CodingKey { case labels, training }

        init(from decoder: any Decoder) throws {
            let box = try decoder.container(keyedBy: Keys.self)
            labels = try box.decode(NNUNetLabels.self, forKey: .labels)
            hasTrainingList = box.contains(.training)
        }
    }

    /// The keys that are read; others are ignored.
    private struct Content: Decodable {
        let labels: NNUNetLabels
        let channel_names: [String: String]?
        let modality: [String: String]?
        let file_ending: String?
        let licence: StatedLicences?
        let license: StatedLicences?
        let release: StatedRelease?
        let dataset: [String: Entry]?
        let states: StatedCases?
        let origins: StatedOrigins?
        let subjects: Names?
    }

    /// An object of names by names; empty for a value of another type.
    private struct Names: Decodable {
        let names: [String: String]

        init(from decoder: any Decoder) throws { names = (try? [String: String](from: decoder)) ?? [:] }
    }
}
