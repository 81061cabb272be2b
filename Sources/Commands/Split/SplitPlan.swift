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
    /// Whether subjects are drawn; then all of them train where no dataset is named for it.
    var drawsFromAll: Bool

    /// What the catalogue keeps as the split's method.
    var method: String { !drawsFromAll ? "datasets" : datasets.values.allSatisfy(\.isEmpty) ? "random" : "mixed" }

    /// - Throws: `CatalogError.unknownDataset`, `subjectInTwoParts`; bad input for a dataset without scans.
    func members(in catalog: LabelCatalog) async throws -> [SubjectID: SplitPart] {
        var members: [SubjectID: SplitPart] = [:]
        for part in SplitPart.allCases {
            for dataset in datasets[part] ?? [] { try await add(dataset, to: part, &members, catalog) }
        }
        if drawsFromAll && (datasets[.train] ?? []).isEmpty {
            for subject in try await catalog.subjects() where members[subject] == nil { members[subject] = .train }
        }
        try await draw(from: &members, catalog)
        return members
    }

    private func add(
        _ dataset: String, to part: SplitPart, _ members: inout [SubjectID: SplitPart], _ catalog: LabelCatalog
    ) async throws {
        let subjects = try await catalog.subjects(of: dataset)
        guard !subjects.isEmpty else {
            throw CommandFailure(
                .badInput, "dataset \(dataset) has no scan to put into part \(part.rawValue)",
                remedy: "import its images, or leave it out; lacuna dataset show \(dataset) tells what is recorded")
        }
        for subject in subjects {
            let before = members.updateValue(part, forKey: subject)
            guard before == nil || before == part else {
                let name = try await catalog.subjectList(dataset: dataset).first { $0.id == subject }?.name
                throw CatalogError.subjectInTwoParts(split: split, subject: name ?? subject.description)
            }
        }
    }

    /// Draws the held-out parts so that each has its share of every organ.
    private func draw(from members: inout [SubjectID: SplitPart], _ catalog: LabelCatalog) async throws {
        guard !holdouts.isEmpty else { return }
        var eligible = Set(members.filter { $0.value == .train }.keys)
        if !holdoutDatasets.isEmpty {
            var allowed: Set<SubjectID> = []
            for dataset in holdoutDatasets { allowed.formUnion(try await catalog.subjects(of: dataset)) }
            eligible.formIntersection(allowed)
        }
        let shares = Dictionary(holdouts.map { ($0.part, $0.share) }, uniquingKeysWith: +)
        let parts = SplitPart.allCases.filter { shares[$0] != nil }
        let weights = [1 - shares.values.reduce(0, +)] + parts.map { shares[$0] ?? 0 }
        for (subject, index) in try await strata(eligible, weights: weights, catalog) where index > 0 {
            members[subject] = parts[index - 1]
        }
    }

    /// One split a fold: its subjects validate, those of the other folds train, and whatever else is in a part stays there.
    func folds(_ count: Int, in catalog: LabelCatalog) async throws -> [[SubjectID: SplitPart]] {
        let members = try await members(in: catalog)
        let training = Set(members.filter { $0.value == .train }.keys)
        guard training.count >= count else { throw CatalogError.tooFewSubjects(split: split, subjects: training.count) }
        let fold = try await strata(training, weights: Array(repeating: 1, count: count), catalog)
        return (0..<count).map { index in
            members.merging(fold.filter { $0.value == index }.mapValues { _ in .validation }) { $1 }
        }
    }

    private func strata(
        _ subjects: Set<SubjectID>, weights: [Double], _ catalog: LabelCatalog
    ) async throws -> [SubjectID: Int] {
        let organs = try await catalog.annotatedOrgans()
        var random = SplitMix(seed: UInt64(bitPattern: Int64(seed)))
        let ordered = subjects.sorted().shuffled(using: &random)
        let parts = Stratification(weights: weights).parts(of: ordered.map { organs[$0] ?? [] })
        return Dictionary(uniqueKeysWithValues: zip(ordered, parts))
    }
}
