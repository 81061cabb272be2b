internal import FoundationEssentials

/// `dataset.json` of nnU-Net's raw data, version 2, in which labels go from name to number, or to the numbers of a region.
struct NNUNetDescription: Sendable {
    /// Name to values, background left out, by first value and name.
    let labels: [(name: String, values: [Int])]
    /// The value that marks voxels which nobody looked at.
    let ignored: Int?
    /// Channel names by their numbers.
    let channels: [String: String]
    let fileEnding: String
    let release: String?
    let licence: Licence?
    /// Subjects by case, where an export of ours says whose they are.
    let subjects: [String: String]
    let states: StatedCases?
    let origins: StatedOrigins?
    /// Files of cases that lie elsewhere, by case.
    let elsewhere: [String: Entry]

    struct Entry: Decodable, Sendable {
        let images: [String]
        let label: String?
    }

    /// Whether the folder's description is of this dialect; false for a file that is no description at all.
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
        var (labels, ignored) = ([(name: String, values: [Int])](), Int?.none)
        for (name, value) in content.labels {
            guard case .values(let values) = value, values.allSatisfy({ $0 >= 0 }) else {
                throw .unreadableDescription(
                    file: DatasetDescription.fileName, reason: "the label \(name) is not a number or a list of them")
            }
            if name == "ignore" {
                ignored = values.first
            } else if values != [0] {
                labels.append((name, values.filter { $0 != 0 }))
            }
        }
        self.labels = labels.sorted { ($0.values.first ?? 0, $0.name) < ($1.values.first ?? 0, $1.name) }
        self.ignored = ignored
        channels = content.channel_names ?? [:]
        fileEnding = content.file_ending ?? ".nii.gz"
        licence = (content.licence ?? content.license)?.licence(in: DatasetDescription.fileName)
        (release, elsewhere) = (content.release?.text, content.dataset ?? [:])
        (states, origins, subjects) = (content.states, content.origins, content.subjects?.names ?? [:])
    }

    private static func read(_ folder: DatasetFolder) throws -> Content {
        let path = folder.root + "/" + DatasetDescription.fileName
        return try JSONDecoder().decode(Content.self, from: Data(contentsOf: URL(filePath: path)))
    }

    /// The keys that are read; the rest is left alone.
    private struct Content: Decodable {
        let labels: [String: Value]
        let channel_names: [String: String]?
        let file_ending: String?
        let licence: StatedLicences?
        let license: StatedLicences?
        let release: Text?
        let dataset: [String: Entry]?
        let states: StatedCases?
        let origins: StatedOrigins?
        let subjects: Names?
    }

    /// Names by names; nothing where it is something else.
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

    /// "1.0" or 1.0.
    private struct Text: Decodable {
        let text: String

        init(from decoder: any Decoder) throws {
            text = try (try? String(from: decoder)) ?? "\(Double(from: decoder))"
        }
    }
}
