internal import Console
internal import Catalog
internal import Domain

/// How subjects come into the parts of a split.
struct SplitPlan {
    var split: String
    var datasets: [SplitPart: [String]]
    var holdouts: [Holdout]
    /// Where held-out subjects are drawn from; none: from all that would train.
    var holdoutDatasets: [String]
    var seed: Int

    /// What the catalogue keeps as the split's method.
    var method: String { holdouts.isEmpty ? "datasets" : datasets.values.allSatisfy(\.isEmpty) ? "random" : "mixed" }

    /// - Throws: `CatalogError.unknownDataset`, `subjectInTwoParts`.
    func members(in catalog: Catalog) async throws -> [SubjectID: SplitPart] {
        var members: [SubjectID: SplitPart] = [:]
        for part in SplitPart.allCases {
            for dataset in datasets[part] ?? [] { try await add(dataset, to: part, &members, catalog) }
        }
        if !holdouts.isEmpty && (datasets[.train] ?? []).isEmpty {
            for subject in try await catalog.subjects() where members[subject] == nil { members[subject] = .train }
        }
        try await draw(from: &members, catalog)
        return members
    }

    private func add(
        _ dataset: String, to part: SplitPart, _ members: inout [SubjectID: SplitPart], _ catalog: Catalog
    ) async throws {
        for subject in try await catalog.subjects(of: dataset) {
            let before = members.updateValue(part, forKey: subject)
            guard before == nil || before == part else {
                let name = try await catalog.subjectList(dataset: dataset).first { $0.id == subject }?.name
                throw CatalogError.subjectInTwoParts(split: split, subject: name ?? subject.description)
            }
        }
    }

    /// Subjects with equally many annotated organs are one stratum: shuffled, and the shares taken evenly from all.
    private func draw(from members: inout [SubjectID: SplitPart], _ catalog: Catalog) async throws {
        guard !holdouts.isEmpty else { return }
        var eligible = Set(members.filter { $0.value == .train }.keys)
        if !holdoutDatasets.isEmpty {
            var allowed: Set<SubjectID> = []
            for dataset in holdoutDatasets { allowed.formUnion(try await catalog.subjects(of: dataset)) }
            eligible.formIntersection(allowed)
        }
        let organs = try await catalog.annotatedOrgans()
        var random = SplitMix(seed: UInt64(bitPattern: Int64(seed)))
        let ordered = eligible.sorted().shuffled(using: &random).sorted {
            organs[$0]?.count ?? 0 > organs[$1]?.count ?? 0
        }
        assign(ordered, to: &members)
    }

    /// Walks the strata in order and gives each part its share so far, so that every stratum is divided alike.
    private func assign(_ ordered: [SubjectID], to members: inout [SubjectID: SplitPart]) {
        var given: [SplitPart: Int] = [:]
        let shares = Dictionary(holdouts.map { ($0.part, $0.share) }, uniquingKeysWith: +)
        for (index, subject) in ordered.enumerated() {
            let due = SplitPart.allCases.filter { part in
                Double(given[part] ?? 0) + 0.5 <= (shares[part] ?? 0) * Double(index + 1)
            }
            let behind = due.max { lag($0, given, shares, index) < lag($1, given, shares, index) }
            guard let part = behind else { continue }
            members[subject] = part
            given[part, default: 0] += 1
        }
    }

    private func lag(_ part: SplitPart, _ given: [SplitPart: Int], _ shares: [SplitPart: Double], _ index: Int)
        -> Double
    {
        (shares[part] ?? 0) * Double(index + 1) - Double(given[part] ?? 0)
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same seed draws the same subjects on every machine.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }
}
