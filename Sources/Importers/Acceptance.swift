/// A proposal that the caller accepts with `--accept`, for one case or for all.
public struct Acceptance: Hashable, Sendable, CustomStringConvertible {
    public enum Proposal: String, Hashable, Sendable, CaseIterable {
        /// Flip the labels, or place them on the image voxel by voxel against their own header, as the evidence
        /// proposes.
        case flip
        /// Use the label's header although its voxels are stored in the opposite handedness to the image's.
        case handedness
        /// Accept organs that are all on the wrong side of the body: the patient's organs are reversed.
        case laterality
        /// Record a label that covers a part of the image's grid as known only there.
        case crop
        /// Use labels that contradict an annotation of equal rank and origin, which are held otherwise.
        case conflict
        /// Accept labels without a voxel of any organ (the image shows none of them), or of one value everywhere.
        case empty
    }

    public let proposal: Proposal
    /// The case that a person has checked; nil: every case with strong evidence.
    public let caseName: String?

    /// Parses `PROPOSAL` or `PROPOSAL:CASE`, such as `flip:img0001`; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let proposal = Proposal(rawValue: parts[0]), parts.count == 1 || !parts[1].isEmpty else { return nil }
        (self.proposal, caseName) = (proposal, parts.count == 1 ? nil : parts[1])
    }

    public var description: String { proposal.rawValue + (caseName.map { ":\($0)" } ?? "") }
}

extension [Acceptance] {
    /// One finding for each acceptance that names no case of the list.
    public func unknown(among list: CaseList, in folder: String) -> [ImportFinding] {
        let known = Set(list.cases.map(\.name) + list.waiting.map(\.name) + list.refused.map(\.name))
        return filter { $0.caseName.map { !known.contains($0) } ?? false }.map { item in
            ImportFinding(
                .description, file: folder,
                problem: "--accept \(item): the dataset has no case \(item.caseName ?? "")",
                remedy: "lacuna dataset import --dry-run --json lists the cases")
        }
    }

    /// Whether the proposal is accepted for the case, by name or for all cases.
    public func cover(_ proposal: Acceptance.Proposal, of name: String) -> Bool {
        contains { $0.proposal == proposal && ($0.caseName == nil || $0.caseName == name) }
    }

    /// Whether the proposal is accepted for this case by name.
    public func name(_ proposal: Acceptance.Proposal, of name: String) -> Bool {
        contains { $0.proposal == proposal && $0.caseName == name }
    }
}
