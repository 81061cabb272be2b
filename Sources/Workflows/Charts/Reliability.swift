package import Catalog
internal import Domain
internal import Numerics

/// How the confidence of predicted masks compares with their true Dice on held-out volumes.
package struct Reliability: Sendable {
    package struct Request: Sendable {
        package var run: String
        /// Nil: the last round with such masks.
        package var round: Int?
        /// Names of organs; empty: all.
        package var organs: [String]

        package init(run: String, round: Int? = nil, organs: [String] = []) {
            (self.run, self.round, self.organs) = (run, round, organs)
        }
    }

    /// Masks of similar confidence.
    package struct Row: Hashable, Sendable {
        /// The confidences of the masks, each in [lower, upper), 1 in the last one.
        package let lower, upper: Double
        package let masks: Int
        /// Means over the masks; nil without masks.
        package let confidence, dice: Double?
    }

    package let run: String
    package let round: Int
    package let masks: [HeldOutMask]

    /// - Throws: `CatalogError.unknownRun`, `.unknownOrgan`; `WorkflowError` of kind `badInput` where there is no such mask.
    package static func read(_ request: Request, in catalog: LabelCatalog) async throws -> Reliability {
        let all = try await catalog.heldOutMasks(run: request.run)
        let wanted = Set(try await catalog.organs(named: request.organs))
        let masks = all.filter { wanted.isEmpty || wanted.contains($0.organ) }
        guard let round = request.round ?? masks.map(\.round).max(), masks.contains(where: { $0.round == round }) else {
            throw WorkflowError(
                .badInput,
                "\(request.round.map { "round \($0) of " } ?? "")\(request.run) has no predicted mask on held-out volumes"
                    + (wanted.isEmpty ? "" : " of these organs"),
                remedy: "see lacuna round list; the masks are recorded when a round is evaluated")
        }
        return Reliability(run: request.run, round: round, masks: masks.filter { $0.round == round })
    }

    package init(run: String, round: Int, masks: [HeldOutMask]) {
        (self.run, self.round, self.masks) = (run, round, masks)
    }

    /// Ten rows of equal ranges of confidence, the lowest first.
    package var rows: [Row] {
        let byBin = Dictionary(grouping: masks) { min(9, Int($0.confidence * 10)) }
        return (0..<10).map { bin in
            let found = byBin[bin] ?? []
            return Row(
                lower: Double(bin) / 10, upper: Double(bin + 1) / 10, masks: found.count,
                confidence: Self.mean(found.map(\.confidence)), dice: Self.mean(found.map(\.dice)))
        }
    }

    /// Over all masks.
    package var all: Row {
        Row(
            lower: 0, upper: 1, masks: masks.count, confidence: Self.mean(masks.map(\.confidence)),
            dice: Self.mean(masks.map(\.dice)))
    }

    /// Spearman's rank correlation of confidence and Dice, −1 to 1; nil for fewer than three masks or equal values.
    package var rankCorrelation: Double? {
        masks.count < 3 ? nil : RankCorrelation.of(masks.map(\.confidence), masks.map(\.dice))
    }

    private static func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
}
