extension Ontology {
    /// The organ of the other side; nil for one that has no side, and where the other is not in the ontology.
    public func mirror(of key: OrganKey) -> OrganKey? {
        guard let organ = self[key], organ.laterality != .none else { return nil }
        let sides = [organ.laterality, organ.laterality == .left ? .right : .left].map(\.rawValue)
        let words = key.rawValue.split(separator: "_").map { $0 == sides[0] ? sides[1] : String($0) }
        let other = self[OrganKey(words.joined(separator: "_"))]
        return other.flatMap { $0.laterality.rawValue == sides[1] ? $0.key : nil }
    }
}
