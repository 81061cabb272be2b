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
        let subjects: Int
        let decision: Decision
    }

    private(set) var shared: [Shared] = []
    private(set) var joins: [SeriesJoin] = []
    /// The subjects that are one, as a forest.
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
    init(_ holders: [SeriesHolder], separations: [Set<SubjectID>]) {
        self.separations = Set(separations)
        for holder in holders {
            guard let key = holder.statedKey else { continue }
            stated[Self.subject(of: holder), default: []].insert(StatedKey(dataset: holder.dataset, key: key))
        }
        for group in Self.groups(holders, by: { holder in holder.patient.map { "\(holder.dataset)/\($0)" } }) {
            consider(group, .patient)
        }
        for group in Self.groups(holders, by: { $0.study?.description }) { consider(group, .study) }
    }

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

    private mutating func consider(_ group: [SeriesHolder], _ cause: JoinCause) {
        let subjects = Set(group.map(Self.subject))
        guard subjects.count > 1 else { return }
        var decision = veto(group, cause)
        if decision == nil { decision = join(group, cause) }
        guard let decision else { return }
        shared.append(
            Shared(cause: cause, cases: group.map(\.name), subjects: subjects.count, decision: decision))
    }

    private func veto(_ group: [SeriesHolder], _ cause: JoinCause) -> Decision? {
        let keys = Set(
            group.compactMap { holder in holder.statedKey.map { StatedKey(dataset: holder.dataset, key: $0) } })
        if Dictionary(grouping: keys, by: \.dataset).values.contains(where: { $0.count > 1 }) { return .stated }
        if cause == .study && Set(group.compactMap(\.patient)).count > 1 { return .otherPatients }
        return Set(group.map(\.origin)).count > Self.mostSubjects ? .tooMany : nil
    }

    /// Joins each subject with the first; nil where all were joined by another identifier already.
    private mutating func join(_ group: [SeriesHolder], _ cause: JoinCause) -> Decision? {
        var decision: Decision?
        for holder in group.dropFirst() {
            let (one, other) = (root(Self.subject(of: group[0])), root(Self.subject(of: holder)))
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
            decision = .joined
            if let first = group[0].subject, let second = holder.subject {
                joins.append(SeriesJoin(first, second, cause: cause, caseName: holder.name))
            }
        }
        return decision
    }

    private func root(_ subject: String) -> String { parents[subject].map(root) ?? subject }
}
