package import Domain

/// An export that licences forbid.
package struct LicenceRefusal: Error, Hashable, Sendable {
    /// Every statement that forbids it, release by release; at least one.
    package let problems: [LicenceProblem]

    package var error: WorkflowError {
        let datasets = Set(problems.map(\.dataset)).sorted()
        return WorkflowError(
            .conflict, "licences forbid this export: \(datasets.joined(separator: ", "))",
            remedy: "leave these datasets out, or accept their terms by name with --accept-licence")
    }
}
