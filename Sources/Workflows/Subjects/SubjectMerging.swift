package import Catalog
package import Domain

/// Records that two subjects are the same patient.
package struct SubjectMerging {
    package struct Request: Sendable {
        /// Each by id, `DATASET/KEY`, or name.
        package var first: String
        package var second: String
        /// Recorded in the history; no patient data. Nil: nothing is changed, and the result is what would be.
        package var reason: String?

        package init(_ first: String, _ second: String, reason: String?) {
            (self.first, self.second, self.reason) = (first, second, reason)
        }
    }

    package struct Result: Sendable {
        package let merge: SubjectMerge
        package let isChanged: Bool
        package let revision: Revision
    }

    private let catalog: LabelCatalog

    package init(_ workspace: Workspace) { catalog = workspace.catalog }

    /// Keeps the subject with the lower id. `SubjectSplitting` undoes it.
    ///
    /// - Throws: `WorkflowError` of kind `badInput` where both names are of one subject, `CatalogError.unknownSubject`.
    package func run(_ request: Request) async throws -> Result {
        let first = try await catalog.subject(named: request.first)
        let second = try await catalog.subject(named: request.second)
        guard first != second else {
            throw WorkflowError(
                .badInput, "\(request.first) and \(request.second) are the same subject",
                remedy: "name two different subjects")
        }
        let parameters: ActivityParameters = [
            "reason": .text(request.reason ?? ""), "kept": .integer(Int(min(first, second).rawValue)),
            "joined": .integer(Int(max(first, second).rawValue)),
        ]
        let merge = try await catalog.joinSubjects(
            first, second, parameters: parameters.json, isRehearsal: request.reason == nil)
        if request.reason != nil { try await catalog.compactCoverage() }
        return Result(
            merge: merge, isChanged: request.reason != nil, revision: try await catalog.currentRevision())
    }
}
