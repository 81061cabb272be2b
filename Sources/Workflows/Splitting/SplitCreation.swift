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

        package init(name: String, source: Source, folds: Int? = nil) {
            (self.name, self.source, self.folds) = (name, source, folds)
        }
    }

    package struct Result: Sendable {
        /// The size of each part of each new split.
        package let parts: [SplitPartRow]
        /// The matched cases of a published list.
        package let listed: ListedCases?
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
                [NewSplit(name: request.name, members: members)], method: "listed", seed: nil)
            return Result(parts: try await parts(of: [request.name]), listed: listed)
        case .plan(let plan):
            let splits = try await splits(plan, request)
            try await catalog.createSplits(
                splits, method: plan.method, seed: plan.drawsFromAll ? plan.seed : nil)
            return Result(parts: try await parts(of: Set(splits.map(\.name))), listed: nil)
        }
    }

    private func splits(_ plan: SplitPlan, _ request: Request) async throws -> [NewSplit] {
        let drawing = SplitDrawing(plan: plan, split: request.name, catalog: catalog)
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
