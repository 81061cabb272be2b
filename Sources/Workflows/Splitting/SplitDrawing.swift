internal import Catalog
internal import Domain
internal import System

/// Assigns subjects to parts according to a plan.
struct SplitDrawing: Sendable {
    let plan: SplitPlan
    /// The name of the split, for errors.
    let split: String
    /// Subjects that an earlier split locks in its test part.
    let locked: Set<SubjectID>
    let catalog: LabelCatalog

    /// - Throws: `CatalogError.unknownDataset`, `.subjectInTwoParts`; `WorkflowError` of kind `badInput` for a dataset without
    ///   volumes.
    func members() async throws -> [SubjectID: SplitPart] {
        var members: [SubjectID: SplitPart] = [:]
        for part in SplitPart.allCases {
            for dataset in plan.datasets[part] ?? [] { try await add(dataset, to: part, &members) }
        }
        if plan.drawsFromAll && (plan.datasets[.train] ?? []).isEmpty {
            for subject in try await catalog.subjects() where members[subject] == nil { members[subject] = .train }
        }
        for subject in locked where members[subject] != nil { members[subject] = .test }
        try await draw(from: &members)
        return members
    }

    private func add(_ dataset: String, to part: SplitPart, _ members: inout [SubjectID: SplitPart]) async throws {
        let subjects = try await catalog.subjects(of: dataset)
        guard !subjects.isEmpty else {
            throw WorkflowError(
                .badInput, "dataset \(dataset) has no volume to put into part \(part.rawValue)",
                remedy: "import its images, or leave it out; lacuna dataset show \(dataset) shows what is recorded")
        }
        for subject in subjects {
            let before = members.updateValue(part, forKey: subject)
            guard before == nil || before == part else {
                let name = try await catalog.subjectList(dataset: dataset).first { $0.id == subject }?.name
                throw CatalogError.subjectInTwoParts(split: split, subject: name ?? subject.description)
            }
        }
    }

    /// Draws the held-out parts, each with its share of every organ.
    private func draw(from members: inout [SubjectID: SplitPart]) async throws {
        guard !plan.holdouts.isEmpty else { return }
        var eligible = Set(members.filter { $0.value == .train }.keys)
        if !plan.holdoutDatasets.isEmpty {
            var allowed: Set<SubjectID> = []
            for dataset in plan.holdoutDatasets { allowed.formUnion(try await catalog.subjects(of: dataset)) }
            eligible.formIntersection(allowed)
        }
        let shares = Dictionary(plan.holdouts.map { ($0.part, $0.share) }, uniquingKeysWith: +)
        let parts = SplitPart.allCases.filter { shares[$0] != nil }
        let weights = [1 - shares.values.reduce(0, +)] + parts.map { shares[$0] ?? 0 }
        for (subject, index) in try await strata(eligible, weights: weights) where index > 0 {
            members[subject] = parts[index - 1]
        }
    }

    /// One assignment per fold: the subjects of the fold validate, those of the other folds train, and subjects of other parts stay
    /// there.
    ///
    /// - Throws: `CatalogError.tooFewSubjects`, and as `members()`.
    func folds(_ count: Int) async throws -> [[SubjectID: SplitPart]] {
        let members = try await members()
        let training = Set(members.filter { $0.value == .train }.keys)
        guard training.count >= count else { throw CatalogError.tooFewSubjects(split: split, subjects: training.count) }
        let fold = try await strata(training, weights: Array(repeating: 1, count: count))
        return (0..<count).map { index in
            members.merging(fold.filter { $0.value == index }.mapValues { _ in .validation }) { $1 }
        }
    }

    /// The index of the weight that each subject is drawn for.
    private func strata(_ subjects: Set<SubjectID>, weights: [Double]) async throws -> [SubjectID: Int] {
        let organs = try await catalog.annotatedOrgans()
        var random = SplitMix64(seed: UInt64(bitPattern: Int64(plan.seed)))
        let ordered = subjects.sorted().shuffled(using: &random)
        let parts = Stratification(weights: weights).parts(of: ordered.map { organs[$0] ?? [] })
        return Dictionary(uniqueKeysWithValues: zip(ordered, parts))
    }
}
