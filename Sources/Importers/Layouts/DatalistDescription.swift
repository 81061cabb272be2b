internal import Documents

/// A datalist of MONAI: lists of cases with the paths of their images and labels, and the names of the label values.
struct DatalistDescription: Sendable {
    struct Entry: Hashable, Sendable {
        let image: String
        let label: String?
        /// A label file that contains pseudo labels.
        let pseudoLabel: String?
        /// The list's names for the case and its patient.
        let caseName: String?
        let subject: String?
    }

    /// Of the lists `training`, `validation`, `testing` and `test`, in this order.
    let entries: [Entry]
    /// Label values without background, in the order of values; empty where the list does not name them.
    let labels: [(value: Int, name: String)]
    /// Regions of several values (key `regions`), by name.
    let regions: [NamedLabel]
    /// The value of voxels that were not examined (key `ignore`).
    let ignored: Int?
    /// The name of value 0.
    let background: String?
    let licence: Licence?
    let states: StatedCases?
    let origins: StatedOrigins?
    /// From the first to the last fold; nil where no entry has one.
    let folds: ClosedRange<Int>?
    /// Keys of entries that are not imported, except `fold`; by name.
    let unread: [String]

    /// Whether a JSON file is a datalist: it has a training list of objects that name an image.
    static func fits(_ path: String) -> Bool {
        (try? DatasetText.decode(Content.self, path, named: "")) != nil
    }

    /// - Throws: `unreadableDescription`, `document`.
    init(_ file: SourceFile) throws(ImportError) {
        let document = try DatasetText.json(file.absolutePath, named: file.path)
        let content = try DatasetText.decode(Content.self, document, named: file.path)
        let pairs = [content.training, content.validation, content.testing, content.test].compactMap { $0 }.joined()
        entries = pairs.map { pair in
            Entry(
                image: pair.image, label: pair.label, pseudoLabel: pair.pseudo_label, caseName: pair.case,
                subject: pair.subject)
        }
        let (names, named) = content.names
        try LabelValue.refuseTwice(names.keys, of: named, in: document, file: file.path)
        let values = try names.map { key, name throws(ImportError) in
            guard let value = LabelValue.parse(key) else {
                throw .wrongLine(
                    file: file.path, line: document.line(of: [named, key]),
                    problem: "the key \(key) of \(named) is not a label value")
            }
            return (value: value, name: name)
        }
        labels = values.filter { $0.value != 0 }.sorted { $0.value < $1.value }
        regions = content.regions.map { NamedLabel(name: $0.key, values: $0.value.filter { $0 > 0 }.sorted()) }
            .filter { !$0.values.isEmpty }.sorted { $0.name < $1.name }
        ignored = content.ignore.flatMap { $0 > 0 ? $0 : nil }
        background = values.first { $0.value == 0 }?.name
        licence = (content.licence ?? content.license)?.licence(in: file.path)
        (states, origins) = (content.states, content.origins)
        let numbers = pairs.compactMap(\.fold)
        folds = numbers.min().flatMap { first in numbers.max().map { first...$0 } }
        unread = Set(pairs.flatMap(\.others)).sorted()
    }

    /// The keys that are read; others are ignored.
    private struct Content: Decodable {
        let training: [Pair]
        let validation: [Pair]?
        let testing: [Pair]?
        let test: [Pair]?
        let label_dict: [String: String]?
        let original_label_dict: [String: String]?
        let labels: [String: String]?
        let licence: StatedLicences?
        let license: StatedLicences?
        let regions: [String: [Int]]
        let ignore: Int?
        let states: StatedCases?
        let origins: StatedOrigins?

        /// The names of the values, and the key under which they are.
        var names: ([String: String], key: String) {
            if let label_dict { return (label_dict, "label_dict") }
            if let labels { return (labels, "labels") }
            return (original_label_dict ?? [:], "original_label_dict")
        }

        enum Keys: String, CodingKey {
            case training, validation, testing, test, label_dict, original_label_dict, labels, licence, license
            case regions, ignore, states, origins
        }

        init(from decoder: any Decoder) throws {
            let box = try decoder.container(keyedBy: Keys.self)
            training = try box.decode([Pair].self, forKey: .training)
            validation = try box.decodeIfPresent([Pair].self, forKey: .validation)
            testing = try box.decodeIfPresent([Pair].self, forKey: .testing)
            test = try box.decodeIfPresent([Pair].self, forKey: .test)
            label_dict = try? box.decode([String: String].self, forKey: .label_dict)
            original_label_dict = try? box.decode([String: String].self, forKey: .original_label_dict)
            labels = try? box.decode([String: String].self, forKey: .labels)
            licence = try box.decodeIfPresent(StatedLicences.self, forKey: .licence)
            license = try box.decodeIfPresent(StatedLicences.self, forKey: .license)
            regions = (try? box.decode([String: [Int]].self, forKey: .regions)) ?? [:]
            ignore = try? box.decode(Int.self, forKey: .ignore)
            states = try box.decodeIfPresent(StatedCases.self, forKey: .states)
            origins = try box.decodeIfPresent(StatedOrigins.self, forKey: .origins)
        }
    }

    /// An object with an image and further keys, or the path of an image alone.
    private struct Pair: Decodable {
        let image: String
        let label: String?
        let pseudo_label: String?
        let `case`: String?
        let subject: String?
        let fold: Int?
        /// Keys that are not read.
        let others: [String]

        enum Keys: String, CodingKey, CaseIterable { case image, label, fold, pseudo_label, `case`, subject }

        private struct AnyKey: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        init(from decoder: any Decoder) throws {
            if let path = try? String(from: decoder) {
                (image, label, fold, others) = (path, nil, nil, [])
                (pseudo_label, `case`, subject) = (nil, nil, nil)
                return
            }
            others = try decoder.container(keyedBy: AnyKey.self).allKeys.map(\.stringValue)
                .filter { Keys(rawValue: $0) == nil }
            let box = try decoder.container(keyedBy: Keys.self)
            image = try box.decode(String.self, forKey: .image)
            label = try box.decodeIfPresent(String.self, forKey: .label)
            fold = try? box.decodeIfPresent(Int.self, forKey: .fold)
            pseudo_label = try? box.decodeIfPresent(String.self, forKey: .pseudo_label)
            `case` = try? box.decodeIfPresent(String.self, forKey: .case)
            subject = try? box.decodeIfPresent(String.self, forKey: .subject)
        }
    }
}
