/// Divides subjects so that every part has its share of every organ, the rarest organs first.
///
/// Iterative stratification after Sechidis, Tsoumakas and Vlahavas, *On the Stratification of Multi-Label Data*, ECML PKDD
/// 2011, with one rule more: while as many subjects with an organ are left as there are parts without it, they go to those
/// parts, so that a part lacks an organ only where fewer subjects have it than there are parts.
public struct Stratification: Sendable {
    /// Shares of the parts; they sum to 1.
    private let weights: [Double]

    /// - Parameter weights: relative sizes of the parts, each above 0.
    public init(weights: [Double]) {
        precondition(!weights.isEmpty && weights.allSatisfy { $0 > 0 }, "every part has a share")
        let sum = weights.reduce(0, +)
        self.weights = weights.map { $0 / sum }
    }

    /// The part of each subject, as an index into the weights.
    ///
    /// - Parameter organs: for each subject, the organs that count for it; the order decides between equals.
    public func parts(of organs: [Set<OrganKey>]) -> [Int] {
        var state = State(organs, weights)
        while let organ = state.rarestOrgan {
            for subject in state.waiting(for: organ) { state.assign(subject, to: state.neediest(of: organ)) }
        }
        for subject in state.waiting { state.assign(subject, to: state.largestGap) }
        return state.parts
    }

    private struct State {
        let organs: [Set<OrganKey>]
        var parts: [Int]
        /// Subjects without a part, by organ.
        var remaining: [OrganKey: Int] = [:]
        /// Subjects that a part still wants, in all and by organ.
        var wanted: [Double]
        var wantedOf: [OrganKey: [Double]]
        var hasOrgan: [Set<OrganKey>]

        init(_ organs: [Set<OrganKey>], _ weights: [Double]) {
            self.organs = organs
            parts = Array(repeating: -1, count: organs.count)
            for key in organs.joined() { remaining[key, default: 0] += 1 }
            wanted = weights.map { $0 * Double(organs.count) }
            wantedOf = remaining.mapValues { count in weights.map { $0 * Double(count) } }
            hasOrgan = Array(repeating: [], count: weights.count)
        }

        var waiting: [Int] { parts.indices.filter { parts[$0] < 0 } }

        func waiting(for organ: OrganKey) -> [Int] { waiting.filter { organs[$0].contains(organ) } }

        /// The organ with the fewest subjects that wait; by name between equals.
        var rarestOrgan: OrganKey? {
            remaining.filter { $0.value > 0 }.min { ($0.value, $0.key) < ($1.value, $1.key) }?.key
        }

        /// The part that wants the organ most; a part without it while there are just enough left for those.
        func neediest(of organ: OrganKey) -> Int {
            let without = parts(without: organ)
            let candidates =
                without.count >= remaining[organ] ?? 0 && !without.isEmpty ? without : Array(wanted.indices)
            let wants = wantedOf[organ] ?? wanted
            return candidates.reduce(candidates[0]) {
                (wants[$1], wanted[$1]) > (wants[$0], wanted[$0]) ? $1 : $0
            }
        }

        private func parts(without organ: OrganKey) -> [Int] {
            hasOrgan.indices.filter { !hasOrgan[$0].contains(organ) }
        }

        var largestGap: Int { wanted.indices.reduce(0) { wanted[$1] > wanted[$0] ? $1 : $0 } }

        mutating func assign(_ subject: Int, to part: Int) {
            parts[subject] = part
            wanted[part] -= 1
            hasOrgan[part].formUnion(organs[subject])
            for organ in organs[subject] {
                remaining[organ, default: 0] -= 1
                wantedOf[organ]?[part] -= 1
            }
        }
    }
}
