internal import Domain

/// A datalist as MONAI's `load_decathlon_datalist` and VISTA3D read it: the text of the JSON file.
public struct MONAIDatalist: Sendable {
    /// One case. Paths are relative to the data root, or absolute.
    public struct Item: Sendable {
        public let image: String
        /// What people said; nil where they decided no voxel.
        public var label: String?
        /// The same with a model's labels in what people left open; nil where a model said nothing.
        public var pseudoLabel: String?
        /// The models' confidence, by organ.
        public var confidence: [(organ: String, value: Double)] = []
        /// Of several folds, the one in which the case validates, counted from 0; nil: the list says its part.
        public var fold: Int?
        public let caseName: String
        public let subject: String

        public init(image: String, caseName: String, subject: String) {
            (self.image, self.caseName, self.subject) = (image, caseName, subject)
        }
    }

    /// A list of the file. Lists share no case, so that a reader that knows no folds trains on nothing held out.
    public enum List: String, Sendable, CaseIterable {
        case training, validation, testing

        /// VISTA3D's `fold`: 0 trains.
        var fold: Int? {
            switch self {
            case .training: 0
            case .validation: 1
            case .testing: nil
            }
        }
    }

    public let scheme: LabelScheme
    /// For each organ of the scheme its name for people.
    public let names: [String]
    public private(set) var items: [List: [Item]] = [:]
    /// Further members for people: licence, revision.
    public var remarks: [OrderedJSON.Member] = []

    /// - Precondition: one name an organ.
    public init(scheme: LabelScheme, names: [String]) {
        precondition(names.count == scheme.organs.count, "one name an organ")
        (self.scheme, self.names) = (scheme, names)
    }

    public mutating func append(_ item: Item, to list: List) { items[list, default: []].append(item) }

    public var json: OrderedJSON {
        var members = remarks
        members += [
            .init("label_dict", labels(scheme.organs.map(\.rawValue))), .init("original_label_dict", labels(names)),
            .init("regions", regions), .init("ignore", .integer(scheme.ignoreValue)),
        ]
        for list in List.allCases {
            let entries = (items[list] ?? []).map { entry($0, list) }
            if list == .training || !entries.isEmpty { members.append(.init(list.rawValue, .list(entries))) }
        }
        return .object(members)
    }

    // MARK: -

    /// Value to name.
    private func labels(_ names: [String]) -> OrderedJSON {
        .object(zip(scheme.values, names).compactMap { value, name in value.map { .init(String($0), .text(name)) } })
    }

    /// The values of organs that hold others.
    private var regions: OrderedJSON {
        .object(
            scheme.organs.indices.compactMap { index in
                let region = scheme.region(of: index)
                guard region.count > 1 || scheme.values[index] == nil else { return nil }
                return .init(scheme.organs[index].rawValue, .list(region.map(OrderedJSON.integer)))
            })
    }

    private func entry(_ item: Item, _ list: List) -> OrderedJSON {
        var members = [OrderedJSON.Member("image", .text(item.image))]
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
