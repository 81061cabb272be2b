import Domain
import Testing

@Suite struct StratificationTests {
    private let organs: [OrganKey] = ["liver", "spleen", "pancreas", "gallbladder"]

    /// Every subject has a liver, every second a spleen, every fifth a pancreas, and three a gallbladder.
    private func subjects(_ count: Int) -> [Set<OrganKey>] {
        (0..<count).map { index in
            var own: Set<OrganKey> = ["liver"]
            if index % 2 == 0 { own.insert("spleen") }
            if index % 5 == 0 { own.insert("pancreas") }
            if index < 3 { own.insert("gallbladder") }
            return own
        }
    }

    private func count(_ organ: OrganKey, in part: Int, _ parts: [Int], _ subjects: [Set<OrganKey>]) -> Int {
        zip(parts, subjects).count { $0 == part && $1.contains(organ) }
    }

    @Test func partsHaveTheirSizesAndEveryOrganInProportion() {
        let subjects = subjects(100)
        let parts = Stratification(weights: [0.7, 0.2, 0.1]).parts(of: subjects)
        for (part, weight) in [0.7, 0.2, 0.1].enumerated() {
            #expect(abs(Double(parts.count { $0 == part }) - 100 * weight) <= 1)
            #expect(abs(Double(count("spleen", in: part, parts, subjects)) - 50 * weight) <= 1)
            #expect(abs(Double(count("pancreas", in: part, parts, subjects)) - 20 * weight) <= 1)
        }
    }

    @Test func aRareOrganReachesEveryPartThatItCan() {
        let subjects = subjects(100)
        let parts = Stratification(weights: [0.8, 0.1, 0.1]).parts(of: subjects)
        for part in 0..<3 { #expect(count("gallbladder", in: part, parts, subjects) == 1) }
    }

    @Test func anOrganOfOneSubjectGoesToTheLargestPart() {
        let parts = Stratification(weights: [0.3, 0.7]).parts(of: [["liver"], [], [], []])
        #expect(parts[0] == 1)
        #expect(parts.count { $0 == 0 } == 1)
    }

    @Test func foldsDifferByOneSubjectAtMost() {
        let parts = Stratification(weights: [1, 1, 1, 1, 1]).parts(of: subjects(23))
        let sizes = (0..<5).map { part in parts.count { $0 == part } }
        #expect(sizes.reduce(0, +) == 23)
        #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
    }

    @Test func noSubjectsGiveNoParts() { #expect(Stratification(weights: [1, 2]).parts(of: []).isEmpty) }
}
