package import Catalog
package import Domain

/// Takes a join of subjects apart, or separates volumes of a subject.
package struct SubjectSplitting {
    package struct Request: Sendable {
        /// By id, `DATASET/KEY`, or name.
        package var subject: String
        /// As a person names them; empty: the volumes of a join.
        package var volumes: [String] = []
        /// Recorded in the history; no patient data. Nil: nothing is changed, and the result is what would be.
        package var reason: String?

        package init(_ subject: String, reason: String?) { (self.subject, self.reason) = (subject, reason) }
    }

    package struct Result: Sendable {
        package let separation: SubjectSeparation
        /// The join that is taken apart; nil where volumes were named that are neither side of one.
        package let join: RecordedJoin?
        package let isChanged: Bool
        package let revision: Revision
    }

    private let workspace: Workspace
    private var catalog: LabelCatalog { workspace.catalog }

    package init(_ workspace: Workspace) { self.workspace = workspace }

    /// Without volumes, the join is that of the named subject, where it was merged into another, else the newest. Volumes that are one
    /// side of a join take that join apart.
    ///
    /// - Throws: `WorkflowError` of kind `conflict` where no join made the subject, of kind `badInput` for volumes of others or all
    ///   volumes of the subject; `CatalogError` for unknown names.
    package func run(_ request: Request) async throws -> Result {
        let facts = try await subject(named: request.subject)
        let isRehearsal = request.reason == nil
        let parameters: ActivityParameters = [
            "reason": .text(request.reason ?? ""), "split": .integer(Int(facts.subject.id.rawValue)),
        ]
        let volumes = try await volumes(request.volumes, of: facts)
        let join =
            volumes.isEmpty
            ? try Self.join(of: facts, named: request.subject) : try await self.join(of: facts, between: Set(volumes))
        let separation =
            if let join {
                try await catalog.takeApart(
                    join, of: facts.subject.id, parameters: parameters.json, isRehearsal: isRehearsal)
            } else {
                try await catalog.separate(
                    volumes, of: facts.subject.id, parameters: parameters.json, isRehearsal: isRehearsal)
            }
        if !isRehearsal { try await catalog.compactCoverage() }
        return Result(
            separation: separation, join: join, isChanged: !isRehearsal,
            revision: try await catalog.currentRevision())
    }

    /// The subject of that name, or the one that it was merged into.
    private func subject(named name: String) async throws -> SubjectFacts {
        try await catalog.subject(try await catalog.presentSubject(try await catalog.subject(named: name)))
    }

    private static func join(of facts: SubjectFacts, named name: String) throws -> RecordedJoin {
        let own = facts.joins.last { join in
            join.names.contains(name) || join.mergedName == name || join.merged.description == name
        }
        guard let join = own ?? facts.joins.last else {
            throw WorkflowError(
                .conflict, "subject \(facts.subject.name) was not joined from several",
                remedy: "name the volumes of the other patient with --volume")
        }
        return join
    }

    /// The newest join of which the volumes are one side; nil where there is none.
    private func join(of facts: SubjectFacts, between volumes: Set<VolumeID>) async throws -> RecordedJoin? {
        let others = Set(facts.volumes).subtracting(volumes)
        for join in facts.joins.reversed() {
            let merged = Set(try await catalog.volumes(of: join, in: facts.subject.id))
            if merged == volumes || merged == others { return join }
        }
        return nil
    }

    private func volumes(_ names: [String], of facts: SubjectFacts) async throws -> [VolumeID] {
        var volumes: Set<VolumeID> = []
        for name in names {
            let volume = try await workspace.volume(named: name).id
            guard facts.volumes.contains(volume) else {
                throw WorkflowError(
                    .badInput, "volume \(name) is not of subject \(facts.subject.name)",
                    remedy: "lacuna subject show \(facts.subject.name) lists its volumes")
            }
            volumes.insert(volume)
        }
        guard volumes.isEmpty || volumes.count < facts.volumes.count else {
            throw WorkflowError(
                .badInput, "these are all volumes of subject \(facts.subject.name)", remedy: "name some of them only")
        }
        return volumes.sorted()
    }
}
