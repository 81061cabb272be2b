internal import Domain

/// A label of a dataset's description: its name, its values in the label files, and the organs that the name means.
struct NamedLabel: Hashable, Sendable {
    let name: String
    /// Ascending, without background; several for a region.
    let values: [Int]
    /// The most specific first; empty where the name matches no organ.
    var organs: [OrganKey] = []
}

extension [NamedLabel] {
    /// The labels with the organs that their names mean, in the same order.
    ///
    /// A lesion's voxels also belong to its organ where the file labels that organ, and a lesion without an organ is
    /// that of the only organ in the file that can have such a lesion.
    func resolved(by ontology: Ontology) -> [NamedLabel] {
        let found = map { (label: $0, organ: Self.organ(named: $0.name, ontology)) }
        let present = found.compactMap(\.organ).filter { !$0.isLesion }.map(\.key)
        return found.map { label, organ in
            var label = label
            label.organs = organ.map { Self.organs(of: $0, among: present, ontology) } ?? []
            return label
        }
    }

    /// The labels without an organ, each with those of its values to which the map gives no meaning.
    func unexplained(by map: LabelMap) -> [NamedLabel] {
        let values = Set(map.entries.map(\.value))
        return filter(\.organs.isEmpty).map { label in
            NamedLabel(name: label.name, values: label.values.filter { !values.contains($0) })
        }
    }

    private static func organ(named name: String, _ ontology: Ontology) -> Organ? {
        ontology.organ(named: name) ?? (isCancer(name) ? ontology.organ(named: "tumour") : nil)
    }

    private static func organs(of organ: Organ, among present: [OrganKey], _ ontology: Ontology) -> [OrganKey] {
        guard organ.isLesion else { return [organ.key] }
        let lesion = organ.host == nil ? onlyLesion(like: organ, in: present, ontology) ?? organ : organ
        guard let host = lesion.host, present.contains(host) else { return [lesion.key] }
        return [lesion.key, host]
    }

    private static func isCancer(_ name: String) -> Bool {
        ["cancer", "tumor", "tumour", "lesion", "lesions"].contains(Ontology.normalised(name))
    }

    private static func onlyLesion(like lesion: Organ, in organs: [OrganKey], _ ontology: Ontology) -> Organ? {
        let candidates = ontology.organs.filter { candidate in
            candidate.isLesion && candidate.code == lesion.code && candidate.host.map(organs.contains) == true
        }
        return candidates.count == 1 ? candidates[0] : nil
    }
}
