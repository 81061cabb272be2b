internal import Domain

/// `dataset.json` of the Medical Segmentation Decathlon and of datasets in its form.
struct DatasetDescription: Sendable {
    static let fileName = "dataset.json"

    /// Value to name, background included, in the order of values.
    let labels: [(value: Int, name: String)]
    let name: String?
    /// The first channel's modality as written.
    let modality: String?
    let channels: Int
    let licence: Licence?
    let release: String?
    /// Image and label paths as written.
    let pairs: [Pair]
    /// Paths of images without labels.
    let images: [String]

    struct Pair: Sendable {
        let image: String
        let label: String
    }

    /// - Throws: `unreadableDescription`, `document`; `unsupported` for nnU-Net v2's form, in which labels map names to values.
    init(in folder: DatasetFolder) throws(ImportError) {
        let path = folder.root + "/" + Self.fileName
        let document = try DatasetText.json(path, named: Self.fileName)
        let content = try DatasetText.decode(Content.self, document, named: Self.fileName)
        try LabelValue.refuseTwice(content.labels.keys, of: "labels", in: document, file: Self.fileName)
        try self.init(content, folder: folder.name)
    }

    private init(_ content: Content, folder: String) throws(ImportError) {
        labels = try Self.labels(content.labels, folder: folder)
        let kinds = content.modality ?? [:]
        modality = kinds["0"] ?? kinds.sorted { $0.key < $1.key }.first?.value
        channels = kinds.count
        name = content.name
        licence = (content.licence ?? content.license)?.licence(in: Self.fileName)
        release = content.release?.text
        pairs = (content.training ?? []) + (content.validation ?? [])
        images = (content.test ?? []).map(\.image)
    }

    /// Whether the description's name is that of a Decathlon task: `HepaticVessel` for `msd-task08-hepaticvessel`.
    func isNamed(_ release: String) -> Bool {
        guard let name, release.hasPrefix("msd-"), let task = release.split(separator: "-").last else { return false }
        return name.lowercased().filter { $0 != " " && $0 != "_" } == task
    }

    private static func labels(
        _ written: [String: Content.Label], folder: String
    ) throws(ImportError) -> [(value: Int, name: String)] {
        var labels: [(value: Int, name: String)] = []
        for (key, label) in written {
            guard case .name(let name) = label else {
                throw .unsupported(
                    folder: folder, what: "the labels of dataset.json map names to values, as in nnU-Net v2",
                    remedy: "import the dataset from before its conversion, or give a label map")
            }
            guard let value = LabelValue.parse(key), value >= 0 else {
                throw .unreadableDescription(file: fileName, reason: "the label \(key) is not a number")
            }
            labels.append((value, name))
        }
        return labels.sorted { $0.value < $1.value }
    }
}

/// The keys that are read; others are ignored.
private struct Content: Decodable {
    let labels: [String: Label]
    let name: String?
    let modality: [String: String]?
    let licence: StatedLicences?
    let license: StatedLicences?
    let release: StatedRelease?
    let training: [DatasetDescription.Pair]?
    let validation: [DatasetDescription.Pair]?
    let test: [Image]?

    enum Label: Decodable {
        case name(String)
        case numbers

        init(from decoder: any Decoder) throws {
            self = (try? String(from: decoder)).map(Label.name) ?? .numbers
        }
    }

    /// A path, or an object with an image.
    struct Image: Decodable {
        let image: String

        enum Keys: String, CodingKey { case image }

        init(from decoder: any Decoder) throws {
            image =
                try (try? String(from: decoder))
                ?? decoder.container(keyedBy: Keys.self).decode(String.self, forKey: .image)
        }
    }
}

extension DatasetDescription.Pair: Decodable {}
