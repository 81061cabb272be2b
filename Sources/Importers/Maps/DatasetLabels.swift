internal import Domain

/// The label map for the names of a description: that of a shipped release, or one made with the ontology's spellings.
struct DatasetLabels: Sendable {
    let map: LabelMap
    /// Labels that match no organ.
    let unknown: [NamedLabel]

    /// The release name of a dataset that has none.
    static let asDeclared = "as-declared"

    /// The values of `unknown`.
    var unmapped: Set<Int> { Set(unknown.flatMap(\.values)) }

    /// - Parameters:
    ///   - labels: value and name as written; value 0 is background.
    ///   - file: the description's name, for the message.
    ///   - ontology: the catalogue's, with the user's organs and spellings.
    /// - Throws: `unknownNames` where no name matches an organ.
    init(_ labels: [(value: Int, name: String)], file: String, _ ontology: Ontology) throws(ImportError) {
        let foreground = labels.filter { $0.value != 0 }
        if let shipped = LabelMap.standard.first(where: { Self.agrees($0, foreground) }) {
            (map, unknown) = (shipped, [])
            return
        }
        let resolved = foreground.map { NamedLabel(name: $0.name, values: [$0.value]) }.resolved(by: ontology)
        map = Self.map(of: resolved)
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
    static func map(of labels: [NamedLabel]) -> LabelMap {
        let values = Set(labels.flatMap(\.values)).sorted()
        let entries = values.compactMap { value -> LabelMap.Entry? in
            let containing = labels.filter { $0.values.contains(value) && !$0.organs.isEmpty }
            var seen = Set<OrganKey>()
            let organs = containing.sorted { $0.values.count < $1.values.count }.flatMap(\.organs)
                .filter { seen.insert($0).inserted }
            guard let first = containing.first else { return nil }
            return LabelMap.Entry(value: value, name: first.name, organs: organs)
        }
        return LabelMap(release: asDeclared, entries: entries)
    }
}
