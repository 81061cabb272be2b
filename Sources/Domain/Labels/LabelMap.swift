/// The meaning of the label values of one dataset release. Value 0 is background and not listed.
public struct LabelMap: Hashable, Sendable {
    public struct Entry: Hashable, Sendable {
        public let value: Int
        /// The name as the release spells it.
        public let name: String
        /// All organs that a voxel of this value belongs to, the most specific first: a liver tumour's voxel is also
        /// liver.
        public let organs: [OrganKey]

        public init(value: Int, name: String, organs: [OrganKey]) {
            (self.value, self.name, self.organs) = (value, name, organs)
        }
    }

    /// The release, the name of the file in `ontology/labelmaps`: `btcv`, `totalsegmentator-v2`.
    public let release: String
    /// In the order of values.
    public let entries: [Entry]

    public init(release: String, entries: [Entry]) {
        self.release = release
        self.entries = entries.sorted { $0.value < $1.value }
    }

    /// The entry of a label value; nil for background and for values that the release does not define.
    public subscript(value: Int) -> Entry? { entries.first { $0.value == value } }

    /// The organs of the release, each once, in the order of values.
    public var organs: [OrganKey] {
        var seen: Set<OrganKey> = []
        return entries.flatMap(\.organs).filter { seen.insert($0).inserted }
    }

    /// The values whose voxels together are the organ; empty if the release does not label it.
    public func values(of organ: OrganKey) -> [Int] { entries.filter { $0.organs.contains(organ) }.map(\.value) }
}

extension LabelMap {
    /// The maps that Lacuna ships with, in the order of their releases' names; read at first use.
    public static let standard: [LabelMap] = OntologyData.labelMaps.map { release, table in
        do {
            return try LabelMap(release: release, table: table)
        } catch {
            preconditionFailure("the generated label maps are invalid: \(error)")
        }
    }

    /// The shipped map of that release (`btcv`, `totalsegmentator-v2`, `msd-task03-liver`, …).
    public static func standard(_ release: String) -> LabelMap? { standard.first { $0.release == release } }

    /// Parses `value,name,organs`: comma-separated without quoting, with a header line, organ keys separated by spaces.
    ///
    /// - Throws: `malformedRow` for the first invalid row.
    public init(release: String, table: String) throws(OntologyProblem) {
        let entries = try OrganTable(name: "\(release).csv", columns: 3, text: table).map { fields -> Entry? in
            let organs = fields[2].split(separator: " ").map { OrganKey($0) }
            guard let value = Int(fields[0]), value > 0, !organs.isEmpty else { return nil }
            return Entry(value: value, name: fields[1], organs: organs)
        }
        self.init(release: release, entries: entries)
    }
}
