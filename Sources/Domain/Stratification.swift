/// Divides subjects into parts so that every part gets its share of every organ, the rarest organs first.
///
/// Iterative stratification after Sechidis, Tsoumakas and Vlahavas, *On the Stratification of Multi-Label Data*, ECML
/// PKDD 2011, with one additional rule: once the remaining subjects with an organ are not more than the parts without
/// it, they are assigned to those parts. A part therefore lacks an organ only if fewer subjects have it than there are
/// parts.
public struct Stratification: Sendable {
    /// Shares of the parts, which sum to 1.
    private let weights: [Double]

    /// - Parameter weights: relative sizes of the parts, each above 0.
    public init(weights: [Double]) {
        precondition(!weights.isEmpty && weights.allSatisfy { $0 > 0 }, "every part has a share")
        let sum = weights.reduce(0, +)
        self.weights = weights.map { $0 / sum }
    }

    /// The part of each subject, as an index into the weights.
    ///
    /// - Parameter organs: for each subject, the organs to balance; ties are resolved by the order of subjects.
    public func parts(of organs: [Set<OrganKey>]) -> [Int] {
        var state = State(organs, weights)
        while let organ = state.rarestOrgan {
            for subject in state.waiting(for: organ) { state.assign(subject, to: state.neediest(of: organ)) }
        }
        for subject in state.waiting { state.assign(subject, to: state.largestGap) }
        return state.parts
    }

    private struct State {
        /// For each subject its organs, as indices into the organs sorted by key.
        let organs: [[Int]]
        /// For each organ its subjects, in order.
        let subjects: [[Int]]
        var parts: [Int]
        /// Number of unassigned subjects, by organ.
        var remaining: [Int]
        /// Number of subjects that each part still needs, in total and by organ.
        var wanted: [Double]
        var wantedOf: [[Double]]
        /// By part and organ.
        var hasOrgan: [[Bool]]

        init(_ sets: [Set<OrganKey>], _ weights: [Double]) {
            let keys = sets.reduce(into: Set<OrganKey>()) { $0.formUnion($1) }.sorted()
            let index = Dictionary(uniqueKeysWithValues: zip(keys, keys.indices))
            var subjects = Array(repeating: [Int](), count: keys.count)
            organs = sets.enumerated().map { subject, set in
                let organs = set.compactMap { index[$0] }
                for organ in organs { subjects[organ].append(subject) }
                return organs
            }
            self.subjects = subjects
            parts = Array(repeating: -1, count: sets.count)
            remaining = subjects.map(\.count)
            wanted = weights.map { $0 * Double(sets.count) }
            wantedOf = remaining.map { count in weights.map { $0 * Double(count) } }
            hasOrgan = Array(repeating: Array(repeating: false, count: keys.count), count: weights.count)
        }

        var waiting: [Int] { parts.indices.filter { parts[$0] < 0 } }

        func waiting(for organ: Int) -> [Int] { subjects[organ].filter { parts[$0] < 0 } }

        /// The organ with the fewest unassigned subjects; ties are resolved by key.
        var rarestOrgan: Int? {
            remaining.indices.filter { remaining[$0] > 0 }.min { (remaining[$0], $0) < (remaining[$1], $1) }
        }

        /// The part that needs the organ most; only parts without it once the remaining subjects just suffice for them.
        func neediest(of organ: Int) -> Int {
            let without = hasOrgan.indices.filter { !hasOrgan[$0][organ] }
            let candidates = without.count >= remaining[organ] && !without.isEmpty ? without : Array(wanted.indices)
            let wants = wantedOf[organ]
            return candidates.reduce(candidates[0]) {
                (wants[$1], wanted[$1]) > (wants[$0], wanted[$0]) ? $1 : $0
            }
        }

        var largestGap: Int { wanted.indices.reduce(0) { wanted[$1] > wanted[$0] ? $1 : $0 } }

        mutating func assign(_ subject: Int, to part: Int) {
            parts[subject] = part
            wanted[part] -= 1
            for organ in organs[subject] {
                hasOrgan[part][organ] = true
                remaining[organ] -= 1
                wantedOf[organ][part] -= 1
            }
        }
    }
}
