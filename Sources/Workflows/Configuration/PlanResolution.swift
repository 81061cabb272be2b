package import Catalog
internal import Domain
package import Plans

/// Puts the keys of the catalogue in place of other spellings of a plan's organs.
package struct PlanResolution: Sendable {
    private let organs: @Sendable ([String]) async throws -> [OrganKey]
    private let ontology: @Sendable () async throws -> Ontology

    /// By a daemon's login.
    package init(_ catalog: TrainingCatalog) {
        organs = { try await catalog.organs(named: $0) }
        ontology = { try await catalog.ontology() }
    }

    /// By a manager's login.
    package init(_ catalog: LabelCatalog) {
        organs = { try await catalog.organs(named: $0) }
        ontology = { try await catalog.ontology() }
    }

    /// - Throws: `MisconfiguredValue` for an organ that is not known, `ConfigurationError` for a class mapping that does not fit, `SettingError` for an organ
    ///   that is given twice.
    package func resolve(_ plan: RunPlan) async throws -> RunPlan {
        let keys = try await keys(of: plan.organs, in: "run.organs")
        let mapping = try await ClassMapping(plan.classMapping) { try await self.keys(of: $0, in: "run.classMapping") }
        try mapping.check(over: keys, try await ontology())
        var resolved = plan
        resolved.organs = keys.map(\.rawValue)
        resolved.classMapping = Dictionary(
            uniqueKeysWithValues: mapping.accepted.map { organ, list in (organ.rawValue, list.map(\.rawValue)) })
        resolved.keepLargestPart = try await self.keys(of: plan.keepLargestPart, in: "run.keepLargestPart").map(
            \.rawValue)
        try resolved.require(
            Set(resolved.keepLargestPart).isSubset(of: resolved.organs), "keepLargestPart",
            "organs of run.organs, none twice")
        try resolved.validate()
        return resolved
    }

    private func keys(of names: [String], in key: String) async throws -> [OrganKey] {
        do {
            return try await organs(names)
        } catch let error as CatalogError {
            throw MisconfiguredValue(file: nil, line: nil, key: key, cause: error)
        }
    }
}
