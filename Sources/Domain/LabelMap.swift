/// What the voxel values of one dataset release mean. Value 0 is background and never listed.
public struct LabelMap: Hashable, Sendable {
    public struct Entry: Hashable, Sendable {
        public let value: Int
        /// The name as the release spells it.
        public let name: String
        /// All organs that a voxel of this value belongs to, the most special first: a liver tumour's voxel is also liver.
        public let organs: [OrganKey]

        public init(value: Int, name: String, organs: [OrganKey]) {
            (self.value, self.name, self.organs) = (value, name, organs)
        }
    }

    /// The release, as the file in `ontology/labelmaps` is named: `btcv`, `totalsegmentator-v2`.
    public let release: String
    /// In the order of values.
    public let entries: [Entry]

    public init(release: String, entries: [Entry]) {
        self.release = release
        self.entries = entries.sorted { $0.value < $1.value }
    }

    /// The meaning of a voxel value; nil for background and for values that the release does not define.
    public subscript(value: Int) -> Entry? { entries.first { $0.value == value } }

    /// Every organ that the release labels, each once, in the order of values: its scope.
    public var organs: [OrganKey] {
        var seen: Set<OrganKey> = []
        return entries.flatMap(\.organs).filter { seen.insert($0).inserted }
    }

    /// The values whose union is the organ's region; empty if the release does not label it.
    public func values(of organ: OrganKey) -> [Int] { entries.filter { $0.organs.contains(organ) }.map(\.value) }
}

extension LabelMap {
    /// The maps that Lacuna ships with, in the order of their releases' names; read at first use.
    public static let standard: [LabelMap] = OntologyData.labelMaps.map { release, table in
        do {
            return try LabelMap(release: release, table: table)
        } catch {
            preconditionFailure("the generated label maps do not read: \(error)")
        }
    }

    /// The shipped map of that release (`btcv`, `totalsegmentator-v2`, `msd-task03-liver`, …).
    public static func standard(_ release: String) -> LabelMap? { standard.first { $0.release == release } }

    /// Reads `value,name,organs`, comma-separated without quoting, first line the header, organ keys separated by blanks.
    ///
    /// - Throws: the first row that cannot be read.
    public init(release: String, table: String) throws(OntologyProblem) {
        let entries = try OrganTable(name: "\(release).csv", columns: 3, text: table).map { fields -> Entry? in
            let organs = fields[2].split(separator: " ").map { OrganKey($0) }
            guard let value = Int(fields[0]), value > 0, !organs.isEmpty else { return nil }
            return Entry(value: value, name: fields[1], organs: organs)
        }
        self.init(release: release, entries: entries)
    }
}
