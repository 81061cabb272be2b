import Domain
import Glibc
import Learning
import Plans
import System
import Tensors
import Testing

/// The loss against its formula (`docs/method.md`, section 1), written plainly in double precision, and its derivative against
/// differences of that formula.
@Suite struct ReferenceLossTests {
    private static let (rows, organs, voxels) = (2, 3, 37)
    private static let sets = [[0, 1], [1, 2]]

    private struct Sample: Sendable {
        var logits: [Double]
        let states: [UInt8]
        let composite: [UInt8]
    }

    private static func sample(seed: UInt64) -> Sample {
        var random = CounterRandom(seed)
        let kinds: [UInt8] = [0, 1, 2, 5, 6]
        let states = (0..<rows * organs * voxels).map { _ in kinds[random.index(below: 5)] }
        let composite = (0..<rows * sets.count * voxels).map { i -> UInt8 in
            let (row, set, voxel) = (i / (sets.count * voxels), i / voxels % sets.count, i % voxels)
            let parts = sets[set].map { states[(row * organs + $0) * voxels + voxel] }
            let isOpen = parts.contains(0) && !parts.contains { $0 & 3 == 2 }
            return isOpen && random.index(below: 2) == 0 ? 1 : 0
        }
        return Sample(
            logits: states.map { _ in Double(Float(random.unit() * 24 - 12)) }, states: states, composite: composite)
    }

    private static func reference(
        _ sample: Sample, _ normalisation: LossNormalisation, dice: Double, positive: [Double], pseudo: Double
    ) -> Double {
        var (terms, known) = (Array(repeating: 0.0, count: organs), Array(repeating: 0.0, count: organs))
        var (overlap, predicted, positives) = (terms, terms, terms)
        func p(_ i: Int) -> Double { 1 / (1 + exp(-sample.logits[i])) }
        for (i, state) in sample.states.enumerated() where state != 0 {
            let (organ, weight, isPositive) = (i / voxels % organs, state >= 4 ? pseudo : 1, state & 3 == 2)
            terms[organ] += weight * (isPositive ? -positive[organ] * log(p(i)) : -log(1 - p(i)))
            known[organ] += weight
            predicted[organ] += weight * p(i)
            overlap[organ] += isPositive ? weight * p(i) : 0
            positives[organ] += isPositive ? weight : 0
        }
        for set in sets.indices {
            var (term, count) = (0.0, 0.0)
            for row in 0..<rows {
                for voxel in 0..<voxels where sample.composite[(row * sets.count + set) * voxels + voxel] == 1 {
                    let places = sets[set].map { (row * organs + $0) * voxels + voxel }
                    let absent = places.filter { sample.states[$0] == 0 }.reduce(1) { $0 * (1 - p($1)) }
                    term -= log(1 - absent)
                    count += 1
                }
            }
            terms.append(term)
            known.append(count)
        }
        let all = known.reduce(0, +)
        let entropy = zip(terms, known).reduce(0) { sum, pair in
            switch normalisation {
            case .total: sum + pair.0 / all
            case .perOrgan: sum + pair.0 / pair.1 / Double(known.count)
            case .constant: sum + pair.0 / Double(rows * organs * voxels)
            }
        }
        var mean = 0.0
        for organ in 0..<organs {
            let divisor = predicted[organ] + positives[organ] + 1
            mean += (2 * overlap[organ] + 1) / divisor / Double(organs)
        }
        return entropy + dice * (1 - mean)
    }

    @Test(arguments: [LossNormalisation.total, .perOrgan, .constant], [0, 0.5])
    func valueAndDerivativeFollowTheFormula(normalisation: LossNormalisation, dice: Double) async throws {
        let (positive, pseudo) = ([1, 2.5, 4], 0.25)
        let sample = Self.sample(seed: 5)
        func formula(_ sample: Sample) -> Double {
            Self.reference(sample, normalisation, dice: dice, positive: positive, pseudo: pseudo)
        }
        let (value, gradient) = try await tensorThread.run {
            let batch = try Batch(
                image: try Tensor.zeros([Self.rows, 1, 1, Self.voxels]), states: sample.states, organs: Self.organs,
                composite: sample.composite, compositeSets: Self.sets, pseudoWeight: Float(pseudo))
            let scores = try Tensor(sample.logits.map(Float.init), shape: [Self.rows, Self.organs, 1, Self.voxels])
            try scores.requireGradient()
            let loss = try KnownVoxelLoss(
                normalisation: normalisation, diceWeight: dice, positiveWeights: positive)(scores, batch)
            try loss.backward()
            return (try loss.value(), try scores.gradient()?.floats() ?? [])
        }
        #expect(abs(value - formula(sample)) < 1e-6 * max(1, value))
        for i in sample.logits.indices {
            var (above, below) = (sample, sample)
            above.logits[i] += 1e-4
            below.logits[i] -= 1e-4
            let slope = (formula(above) - formula(below)) / 2e-4
            #expect(abs(Double(gradient[i]) - slope) < 1e-6, "voxel \(i), state \(sample.states[i])")
        }
    }

    /// More voxels than one block has.
    @Test func theNumberOfThreadsDoesNotMatter() async throws {
        let voxels = 200_000
        var random = CounterRandom(3)
        let states = (0..<2 * voxels).map { _ in [0, 1, 2, 5, 6][random.index(below: 5)] as UInt8 }
        let logits = states.map { _ in Float(random.unit() * 20 - 10) }
        let outcomes = try await tensorThread.run {
            let before = Torch.threads
            defer { try? Torch.setThreads(before) }
            return try [1, 2, 3].map { threads in
                try Torch.setThreads(threads)
                let batch = try Batch(
                    image: try Tensor.zeros([1, 1, 1, voxels]), states: states, organs: 2, pseudoWeight: 0.5)
                let scores = try Tensor(logits, shape: [1, 2, 1, voxels])
                try scores.requireGradient()
                let loss = try KnownVoxelLoss(diceWeight: 0.5)(scores, batch)
                try loss.backward()
                return (try loss.value(), try scores.gradient()?.floats() ?? [])
            }
        }
        for outcome in outcomes { #expect(outcome == outcomes[0]) }
    }

    @Test func whatIsNotANumberIsSeen() async throws {
        let value = try await tensorThread.run {
            let batch = try Batch(image: try Tensor.zeros([1, 1, 1, 3]), states: [1, 2, 0], organs: 1)
            return try KnownVoxelLoss()(try Tensor([0, .nan, 0], shape: [1, 1, 1, 3]), batch).value()
        }
        #expect(value.isNaN)
    }
}
