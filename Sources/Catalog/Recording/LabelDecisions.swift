import Domain
import Postgres

/// How the labels of a case are recorded beside those of other sources.
struct LabelDecisions {
    enum Decision {
        /// As an ordinary annotation, among which the policy chooses.
        case ordinary
        /// As a proposal.
        case held
        /// As an annotation that a person accepted.
        case accepted
    }

    private let acceptance: ContradictionAcceptance
    private let others: [OrganKey: LabelOfOtherCase]
    /// Organs whose label contradicts one of another source, between which neither policy nor origin decides.
    private var undecided: Set<OrganKey> = []

    /// Every label is ordinary.
    static let ordinary = LabelDecisions(acceptance: .none, others: [])

    /// - Parameter others: the labels of the release that other cases of the same scan contain.
    init(acceptance: ContradictionAcceptance, others: [LabelOfOtherCase]) {
        self.acceptance = acceptance
        self.others = Dictionary(others.map { ($0.organ, $0) }, uniquingKeysWith: { first, _ in first })
    }

    mutating func note(_ competing: [CompetingAnnotation]) {
        undecided = Set(competing.filter { $0.choice == .held }.map(\.organ))
    }

    /// The labels without those of models that another case of the scan has already.
    func recordable(_ labels: [LabelRecord]) -> [LabelRecord] {
        labels.filter { $0.status != .pseudo || others[$0.organ]?.status != .pseudo }
    }

    /// Organs whose held labels are accepted now.
    func released(_ labels: [LabelRecord]) -> Set<OrganKey> {
        Set(labels.filter { accepts($0) }.map(\.organ))
    }

    /// - Parameter wasHeld: whether the case's label of the organ is held now.
    func decision(on label: LabelRecord, wasHeld: Bool) -> Decision {
        guard label.status != .unlabelled else { return wasHeld ? .held : .ordinary }
        let isContested = undecided.contains(label.organ)
        if annotation(besides: label) != nil { return accepts(label) ? .accepted : .held }
        if wasHeld || isContested, accepts(label) { return .accepted }
        return isContested ? .held : .ordinary
    }

    /// Whether the label is held because the other has the organ absent, or the reverse.
    func isContradiction(_ label: LabelRecord) -> Bool {
        if undecided.contains(label.organ) { return true }
        guard let other = annotation(besides: label), other.status != label.status else { return false }
        return (other.voxels ?? 0) > 0 || (label.mask?.voxels ?? 0) > 0
    }

    /// The annotation of another case that an accepted label replaces.
    func replaced(by label: LabelRecord) -> Int64? { annotation(besides: label)?.annotation }

    private func annotation(besides label: LabelRecord) -> LabelOfOtherCase? {
        others[label.organ].flatMap { $0.annotation == nil ? nil : $0 }
    }

    private func accepts(_ label: LabelRecord) -> Bool {
        switch acceptance {
        case .none: false
        case .unlessOfOneRelease: annotation(besides: label) == nil
        case .all: annotation(besides: label)?.differs(from: label) ?? true
        }
    }
}

/// The label of an organ by another case of the same scan in the release.
struct LabelOfOtherCase {
    let organ: OrganKey
    /// Nil for a model's label.
    let annotation: Int64?
    let status: LabelStatus
    /// Nil for an absence.
    let content: Digest?
    let voxels: Int?

    func differs(from label: LabelRecord) -> Bool { status != label.status || content != label.mask?.content }
}
