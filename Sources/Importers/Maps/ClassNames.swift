internal import Domain

/// The organs of class names in a one-file-per-class dataset, by release.
struct ClassNames: Sendable {
    let map: LabelMap
    /// Normalised class name to organs.
    private let organs: [String: [OrganKey]]

    /// Releases with one file per class; the earlier one is preferred where several define equally many names.
    static let releases = [
        "totalsegmentator-v2", "totalsegmentator-v1", "totalsegmentator-mr", "abdomenatlas-1.0", "abdomenatlas-1.1",
    ]

    static let standard: [ClassNames] = releases.compactMap { LabelMap.standard($0).map(ClassNames.init) }

    init(_ map: LabelMap) {
        self.map = map
        organs = Dictionary(
            map.entries.map { (Ontology.normalised($0.name), $0.organs) }, uniquingKeysWith: { first, _ in first })
    }

    /// The organs of a class, by the ontology's spellings where the release does not define it; empty where it is
    /// unknown.
    func organs(of name: String, _ ontology: Ontology) -> [OrganKey] {
        organs[Ontology.normalised(name)] ?? ontology.organ(named: name).map { [$0.key] } ?? []
    }

    /// Whether any release defines a class of that name.
    static func knows(_ name: String) -> Bool {
        let name = Ontology.normalised(name)
        return standard.contains { $0.organs[name] != nil }
    }

    /// The release that defines most of the names; for MR images an MR release.
    /// - Parameter isWanted: selects the candidate releases.
    static func explaining(
        _ names: Set<String>, modality: Modality, among isWanted: (String) -> Bool = { _ in true }
    ) -> ClassNames {
        let normalised = names.map { Ontology.normalised($0) }
        let wanted = standard.filter { isWanted($0.map.release) }
        let candidates = modality == .mr ? wanted.filter(\.isMR) : wanted
        let ranked = (candidates.isEmpty ? standard : candidates).map { classes in
            (classes, normalised.count { classes.organs[$0] != nil } * 2 + (classes.isMR ? 0 : 1))
        }
        return ranked.reduce(ranked[0]) { $1.1 > $0.1 ? $1 : $0 }.0
    }

    var isMR: Bool { map.release.hasSuffix("-mr") }
}
