public import ArgumentParser
public import Catalog
public import Domain

/// A revision, named by its number or by a date or time.
public enum AsOf: ExpressibleByArgument, Sendable {
    case revision(Int64)
    /// In PostgreSQL's or ISO 8601's form; a date without a time includes the whole day.
    case time(String)

    public init?(argument: String) {
        if let number = Int64(argument) {
            self = .revision(number)
        } else if argument.wholeMatch(of: /\d{4}-\d{2}-\d{2}([T ].+)?/) != nil {
            self = .time(argument)
        } else {
            return nil
        }
    }

    /// - Throws: SQLSTATE 22007 or 22008 for a date that does not exist.
    public func revision(in catalog: LabelCatalog) async throws -> Revision {
        switch self {
        case .revision(let number): Revision(number)
        case .time(let time): try await catalog.revision(at: time)
        }
    }
}
