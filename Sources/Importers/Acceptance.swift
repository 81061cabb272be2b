/// A proposal that the caller accepts, for one case or for all.
public struct Acceptance: Hashable, Sendable, CustomStringConvertible {
    public enum Proposal: String, Hashable, Sendable, CaseIterable {
        /// Labels are mirrored, or laid on the image against their own header, as the evidence says.
        case flip
        /// Labels that are stored mirrored to the image, and lie on it by their own headers, are taken as the headers say.
        case handedness
        /// Sided organs that all lie on the wrong sides are taken as they are: the patient's organs are reversed.
        case laterality
    }

    public let proposal: Proposal
    /// The case that a person has looked at; nil: every case whose evidence is strong.
    public let caseName: String?

    /// Reads a proposal's name, alone or as `flip:CASE`.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let proposal = Proposal(rawValue: parts[0]), parts.count == 1 || !parts[1].isEmpty else { return nil }
        (self.proposal, caseName) = (proposal, parts.count == 1 ? nil : parts[1])
    }

    public var description: String { proposal.rawValue + (caseName.map { ":\($0)" } ?? "") }
}

extension [Acceptance] {
    func cover(_ proposal: Acceptance.Proposal, of name: String) -> Bool {
        contains { $0.proposal == proposal && ($0.caseName == nil || $0.caseName == name) }
    }

    /// Whether the case itself is named.
    func name(_ proposal: Acceptance.Proposal, of name: String) -> Bool {
        contains { $0.proposal == proposal && $0.caseName == name }
    }
}
