public import Domain
import Postgres

/// A label file whose image is not there yet: it is no volume and counts nowhere.
public struct WaitingLabel: Sendable, Hashable {
    public let dataset: String
    public let release: String
    public let caseName: String
    /// What the release calls the subject.
    public let subject: String
    /// Relative to `root`.
    public let file: String
    public let root: String
    public let sha256: Digest
    public let bytes: Int
    /// UTC, ISO 8601.
    public let since: String
    public let activity: ActivityID
}

extension LabelCatalog {
    /// Labels that wait for their image, by release, case and file; of one release where it is named.
    public func waitingLabels(dataset: String, release: String? = nil) async throws -> [WaitingLabel] {
        try await connection.run(ListWaiting(dataset: dataset, release: release))
    }

    /// Records label files without images. A file that a source of the release has already does not wait. No label state
    /// changes, so no revision is drawn; recording the image with its labels ends the waiting.
    ///
    /// - Parameter gone: files that waited and are not there any more.
    /// - Returns: how many files were recorded; those that wait already with the same bytes are not.
    public func recordWaiting(
        _ labels: [WaitingRecord], gone: [String], in release: ReleaseHandle, activity: ActivityID
    ) async throws -> Int {
        try await connection.transaction { connection in
            if !gone.isEmpty {
                try await connection.run(EndWaiting(release: release.release, files: gone, activity: activity))
            }
            guard !labels.isEmpty else { return 0 }
            return try await connection.run(
                InsertWaiting(release: release.release, labels: labels, activity: activity)
            ).count
        }
    }
}
