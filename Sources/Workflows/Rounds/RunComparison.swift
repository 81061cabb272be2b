package import Catalog

/// A scheduled run, compared at its end with the run that was the current one.
package struct RunComparison: Sendable {
    package let run: String
    package let decision: RunDecision
    /// In the order of the ontology; none where no run was the current one.
    package let organs: [AdoptionComparison]

    /// Nil for a run that was not compared.
    package static func read(_ run: String, in catalog: LabelCatalog) async throws -> RunComparison? {
        guard let decision = try await catalog.adoptionDecision(on: run) else { return nil }
        return RunComparison(
            run: run, decision: decision, organs: try await catalog.adoptionComparison(of: run))
    }
}

extension AdoptionComparison {
    package enum Verdict: String, Sendable {
        case worse
        case notWorse = "not worse"
        case tooFewVolumes = "too few volumes"
    }

    package var verdict: Verdict { isCompared ? (isWorse ? .worse : .notWorse) : .tooFewVolumes }

    /// Of the run against the current one; positive where it is better.
    package var difference: Double { dice - currentDice }
}
