public import Domain

/// `dataset.json` and `splits_final.json` of nnU-Net v2's raw format (its documentation, "dataset_format").
public struct NNUNetDataset: Sendable {
    /// One training case.
    public struct Case: Hashable, Sendable {
        public let name: String
        /// The path of the image, absolute or relative to the dataset's folder.
        public let image: String
        /// The folds in which the case validates, counted from 0.
        public let validates: Set<Int>
        /// The folds in which the case neither trains nor validates; in all others it trains.
        public let leftOut: Set<Int>

        public init(name: String, image: String, validates: Set<Int> = [], leftOut: Set<Int> = []) {
            (self.name, self.image, self.validates, self.leftOut) = (name, image, validates, leftOut)
        }
    }

    public let name: String
    public let scheme: LabelScheme
    /// The name of the one channel; `CT` selects nnU-Net's normalisation for CT.
    public let channel: String
    /// Whether a voxel of any case is `ignore`, which is then declared.
    public var usesIgnore = false
    /// Whether each case names its files, as images outside `imagesTr` require.
    public var listsImages = true
    public var reader = NNUNetReader.simpleITK
    /// Further members, such as licences and revision.
    public var remarks: [JSONValue.Member] = []

    public init(name: String, scheme: LabelScheme, channel: String) {
        (self.name, self.scheme, self.channel) = (name, scheme, channel)
    }

    public static let fileEnding = ".nii.gz"

    /// `Dataset123_NAME`.
    public static func folderName(id: Int, name: String) -> String {
        let digits = String(id)
        return "Dataset" + String(repeating: "0", count: max(0, 3 - digits.count)) + digits + "_" + name
    }

    /// Path of a case's label relative to the dataset's folder.
    public static func labelPath(of name: String) -> String { "labelsTr/\(name)\(fileEnding)" }

    /// The content of `dataset.json`.
    public func description(_ cases: [Case]) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("channel_names", .object([.init("0", .text(channel))])), .init("labels", labels),
        ]
        if scheme.hasRegions {
            members.append(.init("regions_class_order", .list(scheme.regionsClassOrder.map(JSONValue.integer))))
        }
        members += [
            .init("numTraining", .integer(cases.count)), .init("file_ending", .text(Self.fileEnding)),
            .init("name", .text(name)),
        ]
        if reader != .simpleITK { members.append(.init("overwrite_image_reader_writer", .text(reader.rawValue))) }
        members += remarks
        if listsImages { members.append(.init("dataset", .object(cases.map(Self.entry)))) }
        return .object(members)
    }

    /// The content of `splits_final.json`: the cases that train and validate in each fold. Nil where no case validates.
    public static func splits(_ cases: [Case], folds: Int) -> JSONValue? {
        guard cases.contains(where: { !$0.validates.isEmpty }) else { return nil }
        func names(_ belongs: (Case) -> Bool) -> JSONValue { .list(cases.filter(belongs).map { .text($0.name) }) }
        return .list(
            (0..<folds).map { fold in
                .object([
                    .init("train", names { !$0.validates.contains(fold) && !$0.leftOut.contains(fold) }),
                    .init("val", names { $0.validates.contains(fold) }),
                ])
            })
    }

    private var labels: JSONValue {
        var members = [JSONValue.Member("background", .integer(0))]
        for (index, organ) in scheme.organs.enumerated() {
            let region = scheme.region(of: index)
            members.append(
                .init(
                    organ.rawValue,
                    region.count == 1 ? .integer(region[0]) : .list(region.map(JSONValue.integer))))
        }
        if usesIgnore { members.append(.init("ignore", .integer(scheme.ignoreValue))) }
        return .object(members)
    }

    private static func entry(_ item: Case) -> JSONValue.Member {
        .init(
            item.name,
            .object([.init("images", .list([.text(item.image)])), .init("label", .text(labelPath(of: item.name)))]))
    }
}
