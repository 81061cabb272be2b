internal import Domain

/// Checks that paired organs are on their normal sides of the body. World x (RAS+) grows to the patient's right, so
/// liver and right-sided organs have the greater x.
enum LateralityCheck {
    /// The pairs with voxels of both organs.
    struct Sides {
        var inOrder: [SidedPair] = []
        var reversed: [SidedPair] = []

        var areInOrder: Bool { !inOrder.isEmpty && reversed.isEmpty }
        var areReversed: Bool { !reversed.isEmpty && inOrder.isEmpty }
        /// At least two pairs are reversed and none is in order: more than a mix-up of two names.
        var areAllReversed: Bool { reversed.count > 1 && inOrder.isEmpty }

        /// The reversed pairs, one clause.
        var problem: String { reversed.map { "\($0.right) is to the left of \($0.left)" }.joined(separator: ", ") }
    }

    static func sides(_ labels: [InspectedLabel]) -> Sides {
        let places = Dictionary(
            labels.compactMap { label in label.region.map { (label.organ, $0.centroid.x) } },
            uniquingKeysWith: { first, _ in first })
        var sides = Sides()
        for pair in SidedPair.all {
            guard let right = places[pair.right], let left = places[pair.left] else { continue }
            if right < left { sides.reversed.append(pair) } else { sides.inOrder.append(pair) }
        }
        return sides
    }

    /// One finding for all reversed pairs.
    static func findings(_ sides: Sides, file: String) -> [ImportFinding] {
        guard !sides.reversed.isEmpty else { return [] }
        return [
            ImportFinding(
                .laterality, file: file, problem: sides.problem,
                remedy: "check for a mirrored affine, swapped labels, or a patient whose organs are reversed")
        ]
    }
}
