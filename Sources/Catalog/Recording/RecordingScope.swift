public import Domain
import Postgres

/// Records cases inside the transaction of `recordAll`.
public struct RecordingScope: Sendable {
    let catalog: LabelCatalog

    /// To be called before the masks of a case are stored.
    /// - Throws: `CatalogError.purgedSubject`, `.exchangedScan`.
    public func requireRecordable(_ source: SourceRecord, in release: ReleaseHandle) async throws {
        try await catalog.requireRecordable(source, in: CasePlace(release))
    }

    /// Records one case, as `LabelCatalog.record`, whose masks are stored already.
    public func record(
        _ source: SourceRecord, labelFiles: [FileRecord], in release: ReleaseHandle, activity: ActivityID,
        labels: CaseLabels
    ) async throws -> RecordedCase {
        try await catalog.write(source, labelFiles, labels, CaseContext(release: release, activity: activity))
    }
}

/// The release that a case is recorded in, and the import that records it.
struct CaseContext {
    let release: ReleaseHandle
    let activity: ActivityID
}

/// A change that is recorded when it is first needed, so that an import that changes nothing has no new revision.
struct PendingChange {
    let activity: ActivityID
    private var made: ChangeID?

    init(activity: ActivityID) { self.activity = activity }

    /// The change of this import, recorded by the first call.
    mutating func id(on connection: Connection) async throws -> ChangeID {
        if let made { return made }
        let change = try await connection.one(InsertChange(activity: activity))
        made = change
        return change
    }
}
