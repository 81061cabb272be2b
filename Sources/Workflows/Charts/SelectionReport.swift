package import Catalog
internal import Domain

/// How precise selected shares of predicted positives are on held-out volumes.
package struct SelectionReport: Sendable {
    package struct Request: Sendable {
        package var run: String
        /// Nil: the last round with selections.
        package var round: Int?
        /// Names of organs; empty: all.
        package var organs: [String]

        package init(run: String, round: Int? = nil, organs: [String] = []) {
            (self.run, self.round, self.organs) = (run, round, organs)
        }
    }

    package let run: String
    package let round: Int
    /// The share that the round accepts; nil for a round that relabels nothing.
    package let gamma: Double?
    /// One for each organ, in the order of the ontology.
    package let rows: [SelectionRecord]

    /// - Throws: `CatalogError.unknownRun`, `.unknownOrgan`; `WorkflowError` of kind `badInput` where there is no selection.
    package static func read(_ request: Request, in catalog: LabelCatalog) async throws -> SelectionReport {
        let wanted = Set(try await catalog.organs(named: request.organs))
        let all = try await catalog.selections(run: request.run)
            .filter { wanted.isEmpty || wanted.contains($0.selection.organ) }
        let round = request.round ?? all.map(\.round).max()
        let found = all.filter { $0.round == round }
        guard let first = found.first else {
            throw WorkflowError(
                .badInput,
                "\(request.round.map { "round \($0) of " } ?? "")\(request.run) has no predicted positive on held-out volumes"
                    + (wanted.isEmpty ? "" : " of these organs"),
                remedy: "see lacuna round list; the selections are recorded when the confidence of a round is fitted")
        }
        return SelectionReport(
            run: request.run, round: first.round, gamma: first.gamma, rows: found.map(\.selection))
    }

    package init(run: String, round: Int, gamma: Double?, rows: [SelectionRecord]) {
        (self.run, self.round, self.gamma, self.rows) = (run, round, gamma, rows)
    }
}
