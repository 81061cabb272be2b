public import Domain

/// The JSON of a datalist that MONAI's `load_decathlon_datalist` and VISTA3D read.
public struct MONAIDatalist: Sendable {
    /// One case. Paths are absolute or relative to the data root.
    public struct Item: Sendable {
        public let image: String
        /// The label map of the annotations; nil where they decide no voxel.
        public var label: String?
        /// The label map of the annotations, completed by pseudo labels; nil without pseudo labels.
        public var pseudoLabel: String?
        /// The confidence of the pseudo labels by organ, 0 to 1.
        public var confidence: [(organ: String, value: Double)] = []
        /// In a cross-validation, the fold in which the case validates, counted from 0; nil: the list gives its part.
        public var fold: Int?
        public let caseName: String
        public let subject: String

        public init(image: String, caseName: String, subject: String) {
            (self.image, self.caseName, self.subject) = (image, caseName, subject)
        }
    }

    /// A list of the file. Lists share no case, so a reader without support for folds never trains on held-out cases.
    public enum List: String, Sendable, CaseIterable {
        case training, validation, testing

        /// VISTA3D's `fold`: 0 trains, 1 validates.
        var fold: Int? {
            switch self {
            case .training: 0
            case .validation: 1
            case .testing: nil
            }
        }
    }

    public let scheme: LabelScheme
    /// The display names of the organs.
    public let names: [OrganKey: String]
    public private(set) var items: [List: [Item]] = [:]
    /// Further members, such as licences and revision, written first.
    public var remarks: [JSONValue.Member] = []
    /// Whether a listed label map contains the value `ignore`, which is declared only then.
    public var usesIgnore = false

    /// - Parameter names: the display names of the organs; an organ without one goes by its key.
    public init(scheme: LabelScheme, names: [OrganKey: String]) { (self.scheme, self.names) = (scheme, names) }

    public mutating func append(_ item: Item, to list: List) { items[list, default: []].append(item) }

    public var json: JSONValue {
        var members = remarks
        members += [
            .init("label_dict", labels { $0.rawValue }),
            .init("original_label_dict", labels { names[$0] ?? $0.rawValue }),
            .init("regions", regions),
        ]
        if usesIgnore { members.append(.init("ignore", .integer(scheme.ignoreValue))) }
        for list in List.allCases {
            let entries = (items[list] ?? []).map { entry($0, list) }
            if list == .training || !entries.isEmpty { members.append(.init(list.rawValue, .list(entries))) }
        }
        return .object(members)
    }

    // MARK: -

    /// The names by value.
    private func labels(_ name: (OrganKey) -> String) -> JSONValue {
        .object(
            scheme.organs.indices.compactMap { organ in
                scheme.values[organ].map { .init(String($0), .text(name(scheme.organs[organ]))) }
            })
    }

    /// The values of organs that contain others.
    private var regions: JSONValue {
        .object(
            scheme.organs.indices.compactMap { index in
                let region = scheme.region(of: index)
                guard region.count > 1 || scheme.values[index] == nil else { return nil }
                return .init(scheme.organs[index].rawValue, .list(region.map(JSONValue.integer)))
            })
    }

    private func entry(_ item: Item, _ list: List) -> JSONValue {
        var members = [JSONValue.Member("image", .text(item.image))]
        if let label = item.label { members.append(.init("label", .text(label))) }
        if let label = item.pseudoLabel { members.append(.init("pseudo_label", .text(label))) }
        if item.pseudoLabel != nil, !item.confidence.isEmpty {
            let mean = item.confidence.reduce(0) { $0 + $1.value } / Double(item.confidence.count)
            members.append(.init("pseudo_label_reliability", .number(mean)))
            members.append(
                .init("confidence", .object(item.confidence.map { .init($0.organ, .number($0.value)) })))
        }
        if let fold = item.fold ?? list.fold { members.append(.init("fold", .integer(fold))) }
        members += [.init("case", .text(item.caseName)), .init("subject", .text(item.subject))]
        return .object(members)
    }
}
