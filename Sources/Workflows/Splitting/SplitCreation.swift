package import Catalog
internal import Domain

/// Creates a split of subjects, or the splits of a cross-validation.
package struct SplitCreation: Sendable {
    package struct Request: Sendable {
        package enum Source: Sendable {
            /// Assigns the subjects of datasets, and draws at random from them.
            case plan(SplitPlan)
            /// Assigns the subjects of a published list.
            case list(SplitList)
        }

        /// The name of the split; `NAME-0`, `NAME-1` and so on for folds.
        package var name: String
        package var source: Source
        /// The number of splits of a cross-validation; nil: one split. Only for a plan.
        package var folds: Int?
        /// Whether the test part is locked over all splits.
        package var locksTest: Bool

        package init(name: String, source: Source, folds: Int? = nil, locksTest: Bool = false) {
            (self.name, self.source, self.folds, self.locksTest) = (name, source, folds, locksTest)
        }
    }

    package struct Result: Sendable {
        /// The size of each part of each new split.
        package let parts: [SplitPartRow]
        /// The matched cases of a published list.
        package let listed: ListedCases?
        /// Subjects that are in the test part because an earlier split locks them there.
        package let lockedSubjects: Int
        /// Subjects that are locked now and in another part of an earlier split.
        package let exposedSubjects: [String: Int]

        package var notes: [String] {
            let locked =
                lockedSubjects == 0
                ? []
                : [
                    lockedSubjects == 1
                        ? "An earlier split locks 1 subject in its test part; it is in the part test here too."
                        : "An earlier split locks \(lockedSubjects) subjects in its test part; they are in the part test here too."
                ]
            return locked
                + exposedSubjects.sorted { $0.key < $1.key }.map { split, subjects in
                    subjects == 1
                        ? "1 locked subject is in another part of split \(split); runs leave it out from now on, and checkpoints "
                            + "that saw it remain."
                        : "\(subjects) locked subjects are in another part of split \(split); runs leave them out from now on, and "
                            + "checkpoints that saw them remain."
                }
        }
    }

    private let catalog: LabelCatalog

    package init(catalog: LabelCatalog) { self.catalog = catalog }

    /// - Throws: `WorkflowError` of kind `badInput` for a dataset without volumes or a list without a usable case, `conflict` for a
    ///   subject in two parts of a list; `CatalogError` for unknown datasets, existing splits and too few subjects.
    package func run(_ request: Request) async throws -> Result {
        try WorkflowError.require(name: request.name, of: "split")
        switch request.source {
        case .list(let list):
            let listed = try await ListedCases.find(list, in: catalog)
            let members = try members(of: listed, list)
            try await catalog.createSplits(
                [NewSplit(name: request.name, members: members)], method: "listed", seed: nil,
                locksTest: request.locksTest)
            return try await result([request.name], request, listed: listed, lockedSubjects: 0)
        case .plan(let plan):
            let drawing = SplitDrawing(
                plan: plan, split: request.name, locked: try await catalog.lockedSubjects(), catalog: catalog)
            let splits = try await splits(drawing, request)
            try await catalog.createSplits(
                splits, method: plan.method, seed: plan.drawsFromAll ? plan.seed : nil, locksTest: request.locksTest)
            let moved = splits[0].members.keys.filter(drawing.locked.contains).count
            return try await result(Set(splits.map(\.name)), request, listed: nil, lockedSubjects: moved)
        }
    }

    private func result(
        _ names: Set<String>, _ request: Request, listed: ListedCases?, lockedSubjects: Int
    ) async throws -> Result {
        let exposed = request.locksTest ? try await catalog.splitsWithLockedSubjects() : [:]
        return Result(
            parts: try await parts(of: names), listed: listed, lockedSubjects: lockedSubjects, exposedSubjects: exposed)
    }

    private func splits(_ drawing: SplitDrawing, _ request: Request) async throws -> [NewSplit] {
        guard let folds = request.folds else {
            return [NewSplit(name: request.name, members: try await drawing.members())]
        }
        return try await drawing.folds(folds).enumerated().map { fold, members in
            NewSplit(name: "\(request.name)-\(fold)", members: members)
        }
    }

    private func parts(of names: Set<String>) async throws -> [SplitPartRow] {
        try await catalog.splits().filter { names.contains($0.split) }
    }

    /// The part of each listed subject.
    private func members(of listed: ListedCases, _ list: SplitList) throws -> [SubjectID: SplitPart] {
        guard listed.ambiguous.isEmpty else {
            throw WorkflowError(
                .badInput, "names in the list match cases of several patients: \(listed.ambiguousNames)",
                file: list.file, remedy: "name the dataset with --dataset, or list paths")
        }
        try listed.requireFound(in: list, orAmbiguous: false)
        var members: [SubjectID: (part: SplitPart, path: String)] = [:]
        for (entry, item) in listed.found {
            if let other = members[item.subject], other.part != entry.part {
                throw WorkflowError(
                    .conflict,
                    "\(other.path) is in part \(other.part.rawValue) and \(entry.path) in part \(entry.part.rawValue), and "
                        + "both are the same patient",
                    file: list.file, remedy: "put both into one part, or name the intended dataset with --dataset")
            }
            members[item.subject] = (entry.part, entry.path)
        }
        return members.mapValues(\.part)
    }
}
