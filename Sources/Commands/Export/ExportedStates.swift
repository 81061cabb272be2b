internal import Catalog
internal import Domain
internal import Exporters

/// What a description says beside the label maps, so that an import of the export knows what the catalogue knew: of each case what
/// is known of each organ, whose labels they are, and whose scan it is.
struct ExportedStates: Sendable {
    private let organs: [OrganKey]
    private let ontology: Ontology
    private var states: [OrderedJSON.Member] = []
    private var subjects: [OrderedJSON.Member] = []
    private var origins: [OrganKey: LabelOrigin] = [:]

    init(_ scheme: LabelScheme, _ ontology: Ontology) { (organs, self.ontology) = (scheme.organs, ontology) }

    /// - Parameter written: the label map; of a case with two, that of what people said.
    mutating func add(_ item: ExportCase, _ written: WrittenLabel) {
        subjects.append(.init(item.name, .text(item.subject)))
        let words = organs.indices.map { state(of: $0, item, written) }
        for (organ, word) in zip(organs, words) where word != .model && word != .unlabelled {
            guard let origin = origin(of: organ, item) else { continue }
            origins[organ] = [origins[organ] ?? origin, origin].max { $0.rank < $1.rank }
        }
        let isPlain = written.ignored == 0 && words.allSatisfy { $0 == .annotated || $0 == .absent }
        if isPlain { return }
        let members = ExportedState.allCases.compactMap { state -> OrderedJSON.Member? in
            let named = zip(organs, words).filter { $0.1 == state }.map { OrderedJSON.text($0.0.rawValue) }
            return named.isEmpty ? nil : .init(state.rawValue, .list(named))
        }
        states.append(.init(item.name, .object(members)))
    }

    /// Cases in which everything is known of every organ are not in `states`, and organs that only experts labelled not in
    /// `origins`.
    /// - Parameter withSubjects: whether nothing else in the description names them.
    func members(withSubjects: Bool) -> [OrderedJSON.Member] {
        let named = organs.compactMap { organ in
            origins[organ].flatMap { $0 == .expert ? nil : OrderedJSON.Member(organ.rawValue, .text($0.rawValue)) }
        }
        return [("origins", named), ("subjects", withSubjects ? subjects : []), ("states", states)].compactMap {
            key, members in
            members.isEmpty ? nil : .init(key, .object(members))
        }
    }

    // MARK: -

    private func state(of index: Int, _ item: ExportCase, _ written: WrittenLabel) -> ExportedState {
        let organ = organs[index]
        let voxels = written.voxels[index]
        switch item.status(of: organ, ontology) {
        case .pseudo: return .model
        case .unlabelled: return voxels == 0 ? .unlabelled : .partial
        case .absent: return voxels == 0 ? .absent : .partial
        case .annotated: return wholeVoxels(of: organ, item, written) == voxels ? .annotated : .partial
        }
    }

    /// Voxels of an organ that people labelled everywhere in the volume; nil for any other.
    private func wholeVoxels(of organ: OrganKey, _ item: ExportCase, _ written: WrittenLabel) -> Int? {
        if let label = item.label(of: organ) {
            switch label.status {
            case .absent: return 0
            case .annotated: return label.extent == nil ? written.wholes[organ] : nil
            case .pseudo, .unlabelled: return nil
            }
        }
        let divisions = ontology.divisions(of: organ)
        var voxels = 0
        for division in divisions {
            guard let own = wholeVoxels(of: division, item, written) else { return nil }
            voxels += own
        }
        return divisions.isEmpty ? nil : voxels
    }

    /// The least of those who stand behind the organ's labels; of an organ without a label of its own, behind its parts'.
    private func origin(of organ: OrganKey, _ item: ExportCase) -> LabelOrigin? {
        if let label = item.label(of: organ) { return label.origin }
        let parts = Set(ontology.parts(of: organ))
        return item.labels.filter { parts.contains($0.organ) && $0.status != .pseudo && $0.status != .unlabelled }
            .map(\.origin).max { $0.rank < $1.rank }
    }
}
