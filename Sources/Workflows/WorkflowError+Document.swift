internal import Documents

extension WorkflowError {
    /// A table or a JSON text that cannot be read.
    init(_ problem: DocumentProblem, file: String) {
        self.init(.badInput, problem.description, file: file, remedy: problem.remedy)
    }

    /// A row of a table, or a line of a list, with a wrong value.
    init(_ file: String, line: Int, _ problem: String, _ remedy: String) {
        self.init(.badInput, "line \(line): \(problem)", file: file, remedy: remedy)
    }
}

extension CSVTable {
    /// - Parameter file: named in errors.
    /// - Throws: `WorkflowError` of kind `badInput` that names file and line.
    init(_ text: String, file: String) throws(WorkflowError) {
        do throws(DocumentProblem) {
            try self.init(text)
        } catch {
            throw WorkflowError(error, file: file)
        }
    }
}
