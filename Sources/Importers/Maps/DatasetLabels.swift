internal import Domain

/// The label map for the names of a description: that of a shipped release, or one made with the ontology's spellings.
struct DatasetLabels: Sendable {
    let map: LabelMap
    /// Labels that match no organ.
    let unknown: [NamedLabel]

    /// The release name of a dataset that has none.
    static let asDeclared = "as-declared"

    /// - Parameters:
    ///   - labels: value and name as written; value 0 is background.
    ///   - file: the description's name, for the message.
    ///   - ontology: the catalogue's, with the user's organs and spellings.
    /// - Throws: `unknownNames` where no name matches an organ, `contradictoryValue`.
    init(
        _ labels: [(value: Int, name: String)], ignored: Int? = nil, file: String, _ ontology: Ontology
    ) throws(ImportError) {
        if let organ = labels.first(where: { $0.value == 0 && ontology.organ(named: $0.name) != nil }) {
            throw .contradictoryValue(file: file, value: 0, meanings: ["background", organ.name])
        }
        let foreground = labels.filter { $0.value != 0 }
        if let shipped = LabelMap.standard.first(where: { Self.agrees($0, foreground) }) {
            (map, unknown) = (shipped, [])
            return
        }
        let resolved = foreground.map { NamedLabel(name: $0.name, values: [$0.value]) }.resolved(by: ontology)
        map = try Self.map(of: resolved, ignored: ignored, file: file, ontology)
        guard !map.entries.isEmpty else { throw .unknownNames(file: file, names: foreground.map(\.name)) }
        unknown = resolved.filter(\.organs.isEmpty)
    }

    /// Whether a release defines exactly these values with these names. One or two labels do not identify a release,
    /// except one of the Decathlon, whose form this is.
    private static func agrees(_ map: LabelMap, _ labels: [(value: Int, name: String)]) -> Bool {
        guard map.entries.count > 2 || map.release.hasPrefix("msd-"), map.entries.count == labels.count,
            Set(labels.map(\.value)).count == labels.count
        else { return false }
        return labels.allSatisfy { label in
            map[label.value].map { Ontology.normalised($0.name) == Ontology.normalised(label.name) } ?? false
        }
    }

    /// The map from each value to the organs of every label that contains it, labels of the fewest values first.
    /// - Parameter ignored: the value of voxels that were not examined.
    /// - Throws: `contradictoryValue` for a value of organs that exclude each other, or of a label
    ///   and of voxels that were not examined.
    static func map(
        of labels: [NamedLabel], ignored: Int? = nil, file: String, _ ontology: Ontology
    ) throws(ImportError) -> LabelMap {
        let values = Set(labels.flatMap(\.values)).sorted()
        var entries: [LabelMap.Entry] = []
        for value in values {
            let named = labels.filter { $0.values.contains(value) }
            if value == ignored, let first = named.first {
                throw .contradictoryValue(file: file, value: value, meanings: [first.name, "ignore"])
            }
            if let entry = try entry(value, named, file: file, ontology) { entries.append(entry) }
        }
        return LabelMap(release: asDeclared, entries: entries)
    }

    private static func entry(
        _ value: Int, _ named: [NamedLabel], file: String, _ ontology: Ontology
    ) throws(ImportError) -> LabelMap.Entry? {
        let containing = named.filter { !$0.organs.isEmpty }.sorted { $0.values.count < $1.values.count }
        guard let first = containing.first else { return nil }
        var seen = Set<OrganKey>()
        let organs = containing.flatMap(\.organs).filter { seen.insert($0).inserted }
        if let pair = ontology.exclusion(among: organs) {
            let names = [pair.0, pair.1].map { organ in
                containing.first { $0.organs.contains(organ) }?.name ?? organ.rawValue
            }
            throw .contradictoryValue(file: file, value: value, meanings: names)
        }
        return LabelMap.Entry(value: value, name: first.name, organs: organs)
    }
}

extension Ontology {
    /// Two of the organs of which a voxel is at most one; nil where a voxel can be of all.
    func exclusion(among organs: [OrganKey]) -> (OrganKey, OrganKey)? {
        for (index, organ) in organs.enumerated() {
            if let other = organs[..<index].first(where: { excludes($0, organ) }) { return (other, organ) }
        }
        return nil
    }
}
