public import Domain

/// A licence as the catalogue records it.
public struct Licence: Hashable, Sendable {
    /// The licence's text or name.
    public let text: String
    /// Where the text was read.
    public let source: String
    /// Further statements, which may conflict with the first.
    public let others: [LicenceStatement]

    public init(text: String, source: String, others: [LicenceStatement] = []) {
        (self.text, self.source, self.others) = (text, source, others)
    }

    /// This statement, followed by the known statements of other terms where the licence of the release is disputed.
    func besides(_ known: Licence) -> Licence {
        if known.others.isEmpty { return self }
        let all = [LicenceStatement(text: known.text, source: known.source)] + known.others
        let own = LicenceTerms(text)
        return Licence(text: text, source: source, others: others + all.filter { LicenceTerms($0.text) != own })
    }
}
