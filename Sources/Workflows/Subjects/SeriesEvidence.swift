internal import Catalog
internal import Domain

/// Decides which subjects are one patient, by the patient and study identifiers in DICOM slices.
///
/// Identifiers are weak evidence: anonymisers write one for many patients. They join subjects only where nothing contradicts them.
struct SeriesEvidence {
    /// An identifier of more subjects is not used: more scans of one patient usually have one subject in the layout already.
    static let mostSubjects = 3

    enum Decision: Hashable {
        /// The cases are of one subject.
        case joined
        /// Improbably many subjects have it.
        case tooMany
        /// The cases of one study have different patient identifiers.
        case otherPatients
        /// A table of subjects names different patients.
        case stated
        /// The subjects were taken apart before.
        case separated
    }

    /// An identifier that cases of several subjects share.
    struct Shared: Hashable {
        /// `patient` or `study`.
        let cause: JoinCause
        /// `DATASET/CASE`, in the order of import.
        let cases: [String]
        /// Without earlier joins by identifiers.
        let subjects: Int
        let decision: Decision
        /// Whether it had joined subjects that are taken apart again.
        var isEnded = false
        /// The cases of each subject that is still made of several, for other reasons than this identifier.
        var remaining: [[String]] = []
    }

    private(set) var shared: [Shared] = []
    private(set) var joins: [SeriesJoin] = []
    /// Joins that an identifier had caused which is not used any more, the newest first.
    private(set) var ended: [IdentifierJoin] = []
    /// The subjects without joins by identifiers that are one, as a forest.
    private var parents: [String: String] = [:]
    /// The keys by which a table names the subjects of a tree, `DATASET/KEY`, by its root.
    private var stated: [String: Set<StatedKey>] = [:]
    private let separations: Set<Set<SubjectID>>

    private struct StatedKey: Hashable {
        let dataset: String
        let key: String
    }

    /// - Parameters:
    ///   - holders: cases with identifiers, each once.
    ///   - separations: pairs of subjects that were taken apart.
    ///   - joins: earlier joins by identifiers of the holders' subjects, the newest first.
    init(_ holders: [SeriesHolder], separations: [Set<SubjectID>], joins earlier: [IdentifierJoin] = []) {
        self.separations = Set(separations)
        for holder in holders {
            guard let key = holder.statedKey else { continue }
            stated[holder.origin, default: []].insert(StatedKey(dataset: holder.dataset, key: key))
        }
        var groups: [[SeriesHolder]] = []
        for group in Self.groups(holders, by: { holder in holder.patient.map { "\(holder.dataset)/\($0)" } }) {
            if consider(group, .patient) { groups.append(group) }
        }
        for group in Self.groups(holders, by: { $0.study?.description }) {
            if consider(group, .study) { groups.append(group) }
        }
        ended = earlier.filter { !$0.isSupported && isEnded($0, holders) }
        for index in shared.indices where shared[index].decision != .joined {
            describeJoins(of: groups[index], &shared[index])
        }
    }

    /// Whether cases of both sides are known and no identifier joins them now.
    private func isEnded(_ join: IdentifierJoin, _ holders: [SeriesHolder]) -> Bool {
        let members = holders.filter { $0.subject == join.subject }
        let merged = Set(members.filter { $0.volume.map(join.merged.contains) ?? false }.map { root($0.origin) })
        let others = Set(members.filter { !($0.volume.map(join.merged.contains) ?? false) }.map { root($0.origin) })
        return !merged.isEmpty && !others.isEmpty && merged.isDisjoint(with: others)
    }

    private func describeJoins(of group: [SeriesHolder], _ shared: inout Shared) {
        for (subject, members) in Dictionary(grouping: group, by: Self.subject).sorted(by: { $0.key < $1.key })
        where Set(members.map(\.origin)).count > 1 {
            if ended.contains(where: { $0.subject.description == subject }) {
                shared.isEnded = true
            } else {
                shared.remaining.append(members.map(\.name))
            }
        }
    }

    /// The present subject; of a case that is not recorded yet, the one that it will have.
    private static func subject(of holder: SeriesHolder) -> String { holder.subject?.description ?? holder.origin }

    /// Holders of one identifier, in the order of the first of each.
    private static func groups(
        _ holders: [SeriesHolder], by identifier: (SeriesHolder) -> String?
    ) -> [[SeriesHolder]] {
        var order: [String] = []
        var groups: [String: [SeriesHolder]] = [:]
        for holder in holders {
            guard let name = identifier(holder) else { continue }
            if groups[name] == nil { order.append(name) }
            groups[name, default: []].append(holder)
        }
        return order.compactMap { groups[$0] }
    }

    /// Returns whether the identifier is reported.
    private mutating func consider(_ group: [SeriesHolder], _ cause: JoinCause) -> Bool {
        let origins = Set(group.map(\.origin))
        guard origins.count > 1 else { return false }
        var decision = veto(group, cause)
        if decision == nil { decision = join(group, cause) }
        guard let decision else { return false }
        shared.append(
            Shared(cause: cause, cases: group.map(\.name), subjects: origins.count, decision: decision))
        return true
    }

    private func veto(_ group: [SeriesHolder], _ cause: JoinCause) -> Decision? {
        let keys = Set(
            group.compactMap { holder in holder.statedKey.map { StatedKey(dataset: holder.dataset, key: $0) } })
        if Dictionary(grouping: keys, by: \.dataset).values.contains(where: { $0.count > 1 }) { return .stated }
        if cause == .study && Set(group.compactMap(\.patient)).count > 1 { return .otherPatients }
        return Set(group.map(\.origin)).count > Self.mostSubjects ? .tooMany : nil
    }

    /// Joins each subject with the first; nil where all are one already.
    private mutating func join(_ group: [SeriesHolder], _ cause: JoinCause) -> Decision? {
        var decision: Decision?
        for holder in group.dropFirst() {
            let (one, other) = (root(group[0].origin), root(holder.origin))
            guard one != other else { continue }
            if let first = group[0].subject, let second = holder.subject, separations.contains([first, second]) {
                decision = decision ?? .separated
                continue
            }
            let keys = stated[one, default: []].union(stated[other, default: []])
            if Dictionary(grouping: keys, by: \.dataset).values.contains(where: { $0.count > 1 }) {
                decision = decision ?? .stated
                continue
            }
            parents[other] = one
            stated[one] = keys
            guard Self.subject(of: group[0]) != Self.subject(of: holder) else { continue }
            decision = .joined
            if let first = group[0].subject, let second = holder.subject {
                joins.append(SeriesJoin(first, second, cause: cause, caseName: holder.name))
            }
        }
        return decision
    }

    private func root(_ subject: String) -> String { parents[subject].map(root) ?? subject }
}
