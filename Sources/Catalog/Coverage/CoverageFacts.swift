import Domain

/// One fact of which coverage is composed. Scopes are rows of `coverage_scope`: the catalogue, a dataset, a part of a split or a
/// round.
enum CoverageFact: Sendable {
    case count(scope: Int32, organ: Int32, LabelCount)
    case size(scope: Int32, volumes: Int)
    /// The volumes with the organ annotated or absent, beyond the first of each subject.
    case surplus(scope: Int32, organ: Int32, Int)
    case median(scope: Int32, organ: Int32, Double)
    /// A scope with rows in the result, with its order; the whole catalogue has no name.
    case group(scope: Int32, position: Int, name: String?)
    /// An annotation of the whole contains the part.
    case division(of: Int32, into: Int32)
    /// An organ that the run of a round learns; a round has rows for these only.
    case learned(scope: Int32, organ: Int32)
    case organ(Int32, position: Int, key: OrganKey)
}

/// The number of volumes with a label of this kind. Status `unlabelled`: the organ is in a composite label only.
struct LabelCount: Sendable {
    let status: LabelStatus
    let origin: LabelOrigin
    let partial: Bool
    let n: Int
}

/// Composes coverage from facts. In the server, one row for each of two thousand datasets and organs would take longer than all
/// counts.
struct CoverageFacts {
    private var groups: [(scope: Int32, position: Int, name: String?)] = []
    private var organs: [(id: Int32, position: Int, key: OrganKey)] = []
    private var sizes: [Int32: Int] = [:]
    private var surplus: [Place: Int] = [:]
    private var counts: [Place: [LabelCount]] = [:]
    private var medians: [Place: Double] = [:]
    private var divisions: [Int32: [Int32]] = [:]
    private var learned: Set<Place> = []
    /// Organs with a label in any scope, and those with an annotation.
    private var known: Set<Int32> = []
    private var annotated: Set<Int32> = []

    private struct Place: Hashable {
        let scope: Int32
        let organ: Int32
    }

    init(_ facts: [CoverageFact]) { for fact in facts { add(fact) } }

    /// By group and organ, in their order; an organ with a label in one group has a row in each.
    var rows: [Coverage] {
        let shown = organs.filter { isShown($0.id) }.sorted { ($0.position, $0.key) < ($1.position, $1.key) }
        var rows: [Coverage] = []
        for group in groups.sorted(by: { $0.position < $1.position }) {
            guard let volumes = sizes[group.scope] else { continue }
            rows += shown.compactMap { row(Place(scope: group.scope, organ: $0.id), $0.key, group.name, volumes) }
        }
        return rows
    }

    private func isShown(_ organ: Int32) -> Bool {
        !learned.isEmpty || known.contains(organ)
            || annotated.contains { divisions[$0]?.contains(organ) == true }
    }

    private func row(_ place: Place, _ organ: OrganKey, _ group: String?, _ volumes: Int) -> Coverage? {
        if !learned.isEmpty, !learned.contains(place) { return nil }
        var row = Coverage(organ: organ, group: group, volumes: volumes, medianConfidence: medians[place])
        for count in counts[place] ?? [] { row.add(count) }
        row.subjects = row.annotated + row.absent - (surplus[place] ?? 0)
        return row
    }

    private mutating func add(_ fact: CoverageFact) {
        switch fact {
        case .group(let scope, let position, let name): groups.append((scope, position, name))
        case .organ(let id, let position, let key): organs.append((id, position, key))
        case .size(let scope, let volumes): sizes[scope] = volumes
        case .surplus(let scope, let organ, let n): surplus[Place(scope: scope, organ: organ)] = n
        case .median(let scope, let organ, let median): medians[Place(scope: scope, organ: organ)] = median
        case .division(let whole, let part): divisions[whole, default: []].append(part)
        case .learned(let scope, let organ): learned.insert(Place(scope: scope, organ: organ))
        case .count(let scope, let organ, let count):
            if count.status != .unlabelled { known.insert(organ) }
            if count.status == .annotated { annotated.insert(organ) }
            counts[Place(scope: scope, organ: organ), default: []].append(count)
        }
    }
}

extension Coverage {
    fileprivate mutating func add(_ count: LabelCount) {
        switch count.status {
        case .unlabelled:
            unionKnown += count.n
            return
        case .annotated: annotated += count.n
        case .absent: absent += count.n
        case .pseudo: pseudo += count.n
        }
        if count.status == .annotated, count.partial { partial += count.n }
        byOrigin[count.origin, default: 0] += count.n
    }
}
