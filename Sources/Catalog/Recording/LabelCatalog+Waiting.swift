public import Domain
import Postgres

/// A label file whose image is missing. It has no volume and is not in coverage.
public struct WaitingLabel: Sendable, Hashable {
    public let dataset: String
    public let release: String
    public let caseName: String
    /// The release's key of the subject.
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

/// A label file whose image is missing, to be recorded.
public struct WaitingRecord: Hashable, Sendable {
    public var caseName: String
    public var subjectKey: String
    public var file: FileRecord

    public init(caseName: String, subjectKey: String, file: FileRecord) {
        (self.caseName, self.subjectKey, self.file) = (caseName, subjectKey, file)
    }
}

extension LabelCatalog {
    /// Label files that wait for an image, by release, case and file; with `release` of that release only.
    public func waitingLabels(dataset: String, release: String? = nil) async throws -> [WaitingLabel] {
        try await connection.run(ListWaiting(dataset: dataset, release: release))
    }

    /// Records label files without images. A file of a recorded source of the release does not wait. No label state changes, so there
    /// is no new revision; recording the image with its labels ends the waiting.
    ///
    /// - Parameter gone: waiting files that do not exist any more.
    /// - Returns: the number of files recorded, without those that wait already with the same bytes.
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
