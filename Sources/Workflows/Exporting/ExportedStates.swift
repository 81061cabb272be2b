internal import Catalog
internal import Domain
internal import Exporters

/// What the description of an export records beside the label maps, so that a later import restores it: for each case the state of
/// each organ, the origins of the labels, and the subjects.
struct ExportedStates: Sendable {
    private let organs: [OrganKey]
    private let ontology: Ontology
    private var states: [JSONValue.Member] = []
    private var subjects: [JSONValue.Member] = []
    private var origins: [OrganKey: LabelOrigin] = [:]

    init(_ scheme: LabelScheme, _ ontology: Ontology) { (organs, self.ontology) = (scheme.organs, ontology) }

    /// - Parameter written: the label map; of a case with two, the one of the annotations.
    mutating func add(_ item: ExportCase, _ written: WrittenLabel) {
        subjects.append(.init(item.name, .text(item.subject)))
        let found = organs.map { (organ: $0, state: state(of: $0, item, written)) }
        for (organ, state) in found where state != .model && state != .unlabelled {
            guard let origin = origin(of: organ, item) else { continue }
            origins[organ] = [origins[organ] ?? origin, origin].max { $0.rank < $1.rank }
        }
        let isComplete = written.ignored == 0 && found.allSatisfy { $0.state == .annotated || $0.state == .absent }
        if isComplete { return }
        let members = ExportedState.allCases.compactMap { state -> JSONValue.Member? in
            let named = found.filter { $0.state == state }.map { JSONValue.text($0.organ.rawValue) }
            return named.isEmpty ? nil : .init(state.rawValue, .list(named))
        }
        states.append(.init(item.name, .object(members)))
    }

    /// Cases that are completely known are left out of `states`, organs that only experts labelled out of `origins`.
    /// - Parameter withSubjects: whether to name the subject of each case, where nothing else in the description does.
    func members(withSubjects: Bool) -> [JSONValue.Member] {
        let named = organs.compactMap { organ in
            origins[organ].flatMap { $0 == .expert ? nil : JSONValue.Member(organ.rawValue, .text($0.rawValue)) }
        }
        return [("origins", named), ("subjects", withSubjects ? subjects : []), ("states", states)].compactMap {
            key, members in
            members.isEmpty ? nil : .init(key, .object(members))
        }
    }

    // MARK: -

    private func state(of organ: OrganKey, _ item: ExportCase, _ written: WrittenLabel) -> ExportedState {
        let voxels = written.voxels[organ] ?? 0
        switch item.status(of: organ, ontology) {
        case .pseudo: return .model
        case .unlabelled: return voxels == 0 ? .unlabelled : .partial
        case .absent: return voxels == 0 ? .absent : .partial
        case .annotated: return completeVoxels(of: organ, item, written) == voxels ? .annotated : .partial
        }
    }

    /// The number of voxels of an organ that is annotated in the whole volume; nil for any other organ.
    private func completeVoxels(of organ: OrganKey, _ item: ExportCase, _ written: WrittenLabel) -> Int? {
        if let label = item.label(of: organ) {
            switch label.status {
            case .absent: return 0
            case .annotated: return label.extent == nil ? written.completeVoxels[organ] : nil
            case .pseudo, .unlabelled: return nil
            }
        }
        let divisions = ontology.divisions(of: organ)
        var voxels = 0
        for division in divisions {
            guard let own = completeVoxels(of: division, item, written) else { return nil }
            voxels += own
        }
        return divisions.isEmpty ? nil : voxels
    }

    /// The least reliable origin of the organ's labels; without a label of its own, that of its parts.
    private func origin(of organ: OrganKey, _ item: ExportCase) -> LabelOrigin? {
        if let label = item.label(of: organ) { return label.origin }
        let parts = Set(ontology.parts(of: organ))
        return item.labels.filter { parts.contains($0.organ) && $0.status != .pseudo && $0.status != .unlabelled }
            .map(\.origin).max { $0.rank < $1.rank }
    }
}
