internal import Domain

extension WorkflowError {
    /// Checks the name that a person gives something new.
    ///
    /// - Parameter noun: what it names.
    /// - Throws: `WorkflowError` of kind `usage`.
    static func require(name: String, of noun: String) throws(WorkflowError) {
        guard let problem = GivenName.problem(name) else { return }
        throw WorkflowError(.usage, "the name of the \(noun) \(problem)", remedy: "choose another name")
    }
}
