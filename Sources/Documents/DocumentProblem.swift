/// Why a table or a JSON text cannot be read. Contains names of columns and keys, and no values.
public struct DocumentProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// Counted from 1.
    public let line: Int
    /// One clause.
    public let problem: String
    /// What the user can do, one clause.
    public let remedy: String

    public init(line: Int, _ problem: String, remedy: String) {
        (self.line, self.problem, self.remedy) = (line, problem, remedy)
    }

    public var description: String { "line \(line): \(problem)" }
}
