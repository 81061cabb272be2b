public import Domain
import Postgres

/// One revision: when, who, what and why.
public struct LogEntry: Sendable, Hashable {
    public let revision: Revision
    /// UTC, as `2026-11-29T14:03:11Z`.
    public let time: String
    /// The login of the database.
    public let who: String
    /// The user of the operating system, as the program reported it.
    public let account: String?
    public let kind: String
    /// Datasets whose counts changed.
    public let datasets: [String]
    /// Organs whose counts changed.
    public let organs: [OrganKey]
    /// Known labels that were added, less those that were removed.
    public let labels: Int
    /// The round whose labels became visible: RUN/NUMBER.
    public let round: String?
    public let program: String
    public let activity: ActivityID
    public let reason: String?
}

/// Which revisions are listed; nil: all.
public struct LogFilter: Sendable {
    /// A date or a time with a time zone in PostgreSQL's or ISO 8601's form.
    public var since: String?
    /// A login or an account.
    public var by: String?
    public var kind: ActivityKind?
    /// 1 or more.
    public var limit: Int?

    public init(since: String? = nil, by: String? = nil, kind: ActivityKind? = nil, limit: Int? = nil) {
        (self.since, self.by, self.kind, self.limit) = (since, by, kind, limit)
    }
}

extension LabelCatalog {
    /// Revisions, the newest first.
    ///
    /// - Throws: `CatalogError.unreadableTime`.
    public func log(_ filter: LogFilter = LogFilter()) async throws -> [LogEntry] {
        try await reading(filter.since ?? "") { try await connection.run(ListRevisions(filter: filter)) }
    }

    /// The newest revision at a time; a date without a time includes the whole day in the time zone of the session.
    ///
    /// - Throws: `CatalogError.unreadableTime`; `.futureTime`; `.nothingBefore` where the first revision is later.
    public func revision(at time: String) async throws -> Revision {
        let found = try await reading(time) { try await connection.one(RevisionAt(time: time)) }
        if found.isFuture { throw CatalogError.futureTime(time) }
        guard let revision = found.revision else { throw CatalogError.nothingBefore(time, first: found.first) }
        return revision
    }

    private func reading<T>(_ time: String, _ body: () async throws -> T) async throws -> T {
        do {
            return try await body()
        } catch let error as PostgresError where ["22007", "22008", "22009"].contains(error.sqlState) {
            throw CatalogError.unreadableTime(time)
        }
    }
}
