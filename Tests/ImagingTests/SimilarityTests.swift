import Numerics
import System
import Testing

@Suite struct SimilarityTests {
    private let search = SimilaritySearch(strictness: [1, 2, 2], components: 64)

    /// Random descriptors; from index 1100 on, every seventh equals the one 1100 before it in one window, with noise.
    private func table(_ count: Int) -> [Int8] {
        var random = SplitMix64(seed: UInt64(count))
        var table = (0..<count * 192).map { _ in Int8.random(in: -127...127, using: &random) }
        for i in stride(from: 1100, to: count, by: 7) {
            let window = i % 3
            for k in window * 64..<(window + 1) * 64 {
                let value = Int(table[(i - 1100) * 192 + k]) + Int.random(in: -20...20, using: &random)
                table[i * 192 + k] = Int8(max(-127, min(127, value)))
            }
        }
        return table
    }

    private func cosine(_ table: [Int8], _ a: Int, _ b: Int, _ window: Int) -> Double {
        var (product, first, second) = (0, 0, 0)
        for k in window * 64..<(window + 1) * 64 {
            let (x, y) = (Int(table[a * 192 + k]), Int(table[b * 192 + k]))
            (product, first, second) = (product + x * y, first + x * x, second + y * y)
        }
        return Double(product) / (Double(first) * Double(second)).squareRoot()
    }

    private func score(_ table: [Int8], _ a: Int, _ b: Int) -> Double {
        [1.0, 2, 2].enumerated().map { 1 - $1 * (1 - cosine(table, a, b, $0)) }.max()!
    }

    @Test func findsThePairsOfAnExhaustiveSearch() throws {
        // More than two blocks, the last of them not whole.
        let (count, least) = (2300, 0.6)
        let table = table(count)
        var expected: [[Int]: Double] = [:]
        for a in 0..<count {
            for b in a + 1..<count {
                let score = score(table, a, b)
                if score >= least { expected[[a, b]] = score }
            }
        }
        var steps = 0
        let found = search.pairs(
            in: table, atLeast: Float(least), limit: 100_000, product: try DenseProduct(), step: { steps += 1 })
        let scores = Dictionary(uniqueKeysWithValues: found.map { ([$0.first, $0.second], Double($0.score)) })
        // A score at the bar may fall on either side of it.
        let (sure, possible) = (Set(expected.filter { $0.value > least + 1e-4 }.keys), Set(expected.keys))
        #expect(sure.count > 150 && sure.isSubset(of: scores.keys))
        #expect(scores.keys.allSatisfy { possible.contains($0) || score(table, $0[0], $0[1]) > least - 1e-4 })
        #expect(scores.allSatisfy { abs($0.value - (expected[$0.key] ?? $0.value)) < 1e-4 })
        #expect(steps == search.steps(for: count) && steps == 6)
        #expect(found.map(\.score) == found.map(\.score).sorted(by: >))
    }

    @Test func theLimitKeepsTheMostSimilar() throws {
        let table = table(1500)
        let product = try DenseProduct()
        let all = search.pairs(in: table, atLeast: 0.2, limit: 1_000_000, product: product)
        let some = search.pairs(in: table, atLeast: 0.2, limit: 10, product: product)
        #expect(all.count > 20_000 && some.count == 10)
        #expect(some.map(\.score) == all.prefix(10).map(\.score))
    }

    @Test func anEmptyDescriptorIsSimilarToNothing() throws {
        var table = table(10)
        for i in 0..<192 { table[i] = 0 }
        let found = search.pairs(in: table, atLeast: 0.01, limit: 100, product: try DenseProduct())
        #expect(!found.isEmpty && found.allSatisfy { $0.first != 0 })
    }
}
