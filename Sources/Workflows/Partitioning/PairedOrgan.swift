internal import Domain

/// An organ that divides into a left and a right organ.
struct PairedOrgan: Sendable {
    let key: OrganKey
    let left: OrganKey
    let right: OrganKey

    var sides: [OrganKey] { [left, right] }

    /// - Throws: `WorkflowError` of kind `badInput` for an organ that does not divide so.
    init(_ key: OrganKey, _ ontology: Ontology) throws {
        guard let sides = ontology.sides(of: key) else {
            let pairs = ontology.organs.map(\.key).filter { ontology.sides(of: $0) != nil }
            throw WorkflowError(
                .badInput, "\(key) does not divide into a left and a right organ",
                remedy: "name one of \(pairs.map(\.rawValue).joined(separator: ", "))")
        }
        (self.key, left, right) = (key, sides.left, sides.right)
    }
}

extension Ontology {
    fileprivate func sides(of key: OrganKey) -> (left: OrganKey, right: OrganKey)? {
        let divisions = divisions(of: key)
        guard divisions.count == 2, let left = divisions.first(where: { self[$0]?.laterality == .left }),
            let right = divisions.first(where: { self[$0]?.laterality == .right })
        else { return nil }
        return (left, right)
    }
}
