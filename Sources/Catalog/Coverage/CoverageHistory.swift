public import Domain
import Postgres

/// How organs were labelled at some revisions, over the whole catalogue.
public struct CoverageHistory: Sendable, Hashable {
    /// One organ; the lists are parallel to the revisions.
    public struct Organ: Sendable, Hashable {
        public let key: OrganKey
        public var annotated: [Int]
        public var absent: [Int]
        public var pseudo: [Int]
    }

    /// Ascending.
    public let revisions: [Revision]
    public let volumes: [Int]
    /// In the order of the ontology: those with a label at one of the revisions.
    public let organs: [Organ]

    /// Sums up the steps.
    init(_ steps: [CoverageStep]) {
        let revisions = Set(steps.map(\.revision)).sorted()
        let places = Dictionary(uniqueKeysWithValues: revisions.enumerated().map { ($1, $0) })
        let none = Array(repeating: 0, count: revisions.count)
        var (volumes, found) = (none, [OrganKey: Organ]())
        var order: [OrganKey: Int] = [:]
        for step in steps {
            guard let place = places[step.revision] else { continue }
            guard let label = step.label else {
                volumes[place] += step.n
                continue
            }
            order[label.organ] = label.position
            var organ = found[label.organ] ?? Organ(key: label.organ, annotated: none, absent: none, pseudo: none)
            organ.add(step.n, label.status, at: place)
            found[label.organ] = organ
        }
        self.revisions = revisions
        self.volumes = Self.sums(volumes)
        organs = found.values.sorted { (order[$0.key] ?? 0, $0.key) < (order[$1.key] ?? 0, $1.key) }.map { organ in
            Organ(
                key: organ.key, annotated: Self.sums(organ.annotated), absent: Self.sums(organ.absent),
                pseudo: Self.sums(organ.pseudo))
        }
    }

    private static func sums(_ changes: [Int]) -> [Int] {
        var sum = 0
        return changes.map { change in
            sum += change
            return sum
        }
    }
}

extension CoverageHistory.Organ {
    fileprivate mutating func add(_ n: Int, _ status: LabelStatus, at place: Int) {
        switch status {
        case .annotated: annotated[place] += n
        case .absent: absent[place] += n
        case .pseudo: pseudo[place] += n
        case .unlabelled: break
        }
    }
}

extension LabelCatalog {
    /// Coverage as of some revisions up to a last one (nil: the newest), in one pass over the recorded changes of counts.
    ///
    /// - Parameter points: the most revisions; where more have changes, they are spread evenly.
    /// - Throws: `CatalogError.unknownRevision`.
    public func coverageHistory(upTo last: Revision? = nil, points: Int = 400) async throws -> CoverageHistory {
        let newest = try await currentRevision()
        if let last, last.number < 0 || last > newest { throw CatalogError.unknownRevision(last, newest: newest) }
        return CoverageHistory(try await connection.run(CoverageSteps(last: last ?? newest, points: points)))
    }
}
