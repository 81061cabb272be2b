internal import Domain

/// Finds what the names of a `dataset.json` mean: a shipped release's map, or else one made from the ontology's spellings.
struct DatasetLabels: Sendable {
    let map: LabelMap
    /// Names, with their values, that no organ is known for.
    let unknown: [(value: Int, name: String)]

    /// What a release without a name of its own is called.
    static let asDeclared = "as-declared"

    /// - Parameters:
    ///   - labels: value and name as written; value 0 is background.
    ///   - ontology: the catalogue's, with the user's organs and spellings.
    /// - Throws: `unknownNames` where no name at all means an organ.
    init(_ labels: [(value: Int, name: String)], file: String, _ ontology: Ontology) throws(ImportError) {
        let named = labels.filter { $0.value != 0 }
        if let shipped = LabelMap.standard.first(where: { Self.agrees($0, named) }) {
            (map, unknown) = (shipped, [])
            return
        }
        let organs = Self.organs(of: named.map(\.name), ontology)
        let entries = zip(named, organs).compactMap { label, keys in
            keys.isEmpty ? nil : LabelMap.Entry(value: label.value, name: label.name, organs: keys)
        }
        guard !entries.isEmpty else { throw .unknownNames(file: file, names: named.map(\.name)) }
        map = LabelMap(release: Self.asDeclared, entries: entries)
        unknown = zip(named, organs).filter(\.1.isEmpty).map(\.0)
    }

    /// Whether a release defines exactly these values under these names. One or two labels are too few to tell a release
    /// by, except those of the Decathlon itself, whose form this is.
    private static func agrees(_ map: LabelMap, _ labels: [(value: Int, name: String)]) -> Bool {
        (map.entries.count > 2 || map.release.hasPrefix("msd-")) && map.entries.count == labels.count
            && zip(map.entries, labels).allSatisfy {
                $0.value == $1.value && Ontology.normalised($0.name) == Ontology.normalised($1.name)
            }
    }

    /// Organs of each name. A lesion's voxels belong to its organ too where the file labels that organ, and a lesion
    /// without an organ is that of the only organ in the file that has such a lesion.
    static func organs(of names: [String], _ ontology: Ontology) -> [[OrganKey]] {
        let found = names.map { name in
            ontology.organ(named: name) ?? (isCancer(name) ? ontology.organ(named: "tumour") : nil)
        }
        let present = found.compactMap { $0 }.filter { !$0.isLesion }.map(\.key)
        return found.map { organ in
            guard let organ else { return [] }
            guard organ.isLesion else { return [organ.key] }
            let lesion = organ.host == nil ? onlyLesion(like: organ, in: present, ontology) ?? organ : organ
            guard let host = lesion.host, present.contains(host) else { return [lesion.key] }
            return [lesion.key, host]
        }
    }

    /// Each value with the organs of all names that list it, so that a region is the union of its values.
    ///
    /// - Parameter organs: one entry a name.
    static func united(_ labels: [(name: String, values: [Int])], _ organs: [[OrganKey]]) -> LabelMap {
        let values = Set(labels.flatMap(\.values)).sorted()
        let entries = values.compactMap { value -> LabelMap.Entry? in
            let named = zip(labels, organs).filter { $0.0.values.contains(value) && !$0.1.isEmpty }
            var seen = Set<OrganKey>()
            let keys = named.sorted { $0.0.values.count < $1.0.values.count }.flatMap(\.1)
                .filter { seen.insert($0).inserted }
            guard let first = named.first, !keys.isEmpty else { return nil }
            return LabelMap.Entry(value: value, name: first.0.name, organs: keys)
        }
        return LabelMap(release: asDeclared, entries: entries)
    }

    private static func isCancer(_ name: String) -> Bool {
        ["cancer", "tumor", "tumour", "lesion", "lesions"].contains(Ontology.normalised(name))
    }

    private static func onlyLesion(
        like lesion: Organ, in organs: [OrganKey], _ ontology: Ontology
    ) -> Organ? {
        let candidates = ontology.organs.filter { candidate in
            candidate.isLesion && candidate.code == lesion.code && candidate.host.map(organs.contains) == true
        }
        return candidates.count == 1 ? candidates[0] : nil
    }
}
