internal import FoundationEssentials

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

    /// Whether the folder has a description in this form; false for any other file.
    static func fits(_ folder: DatasetFolder) -> Bool {
        guard let content = try? read(folder) else { return false }
        return content.labels.values.contains { if case .values = $0 { true } else { false } }
    }

    /// - Throws: `unreadableDescription`.
    init(in folder: DatasetFolder) throws(ImportError) {
        let content: Content
        do {
            content = try Self.read(folder)
        } catch {
            throw .unreadableDescription(file: DatasetDescription.fileName, reason: "not a description of nnU-Net")
        }
        var (labels, ignored) = ([NamedLabel](), Int?.none)
        for (name, value) in content.labels {
            guard case .values(let values) = value, values.allSatisfy({ $0 >= 0 }) else {
                throw .unreadableDescription(
                    file: DatasetDescription.fileName, reason: "the label \(name) is not a number or a list of them")
            }
            if name == "ignore" {
                ignored = values.first
            } else if values != [0] {
                labels.append(NamedLabel(name: name, values: values.filter { $0 != 0 }.sorted()))
            }
        }
        self.labels = labels.sorted { ($0.values.first ?? 0, $0.name) < ($1.values.first ?? 0, $1.name) }
        self.ignored = ignored
        channels = content.channel_names ?? [:]
        fileEnding = content.file_ending ?? ".nii.gz"
        licence = (content.licence ?? content.license)?.licence(in: DatasetDescription.fileName)
        (release, listed) = (content.release?.text, content.dataset ?? [:])
        (states, origins, subjects) = (content.states, content.origins, content.subjects?.names ?? [:])
    }

    private static func read(_ folder: DatasetFolder) throws -> Content {
        let path = folder.root + "/" + DatasetDescription.fileName
        return try JSONDecoder().decode(Content.self, from: Data(contentsOf: URL(filePath: path)))
    }

    /// The keys that are read; others are ignored.
    private struct Content: Decodable {
        let labels: [String: Value]
        let channel_names: [String: String]?
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

    private enum Value: Decodable {
        case values([Int])
        case other

        init(from decoder: any Decoder) throws {
            if let one = try? Int(from: decoder) {
                self = .values([one])
            } else {
                self = (try? [Int](from: decoder)).map(Value.values) ?? .other
            }
        }
    }
}
