public import Domain
import Postgres

/// Where a case would be recorded; nil for what the catalogue does not have yet.
public struct CasePlace: Sendable, Hashable {
    public let dataset: DatasetID?
    public let release: Int32?

    public init(_ release: ReleaseHandle) { (dataset, self.release) = (release.dataset, release.release) }

    init(dataset: DatasetID?, release: Int32?) { (self.dataset, self.release) = (dataset, release) }
}

/// A case whose image shows the scan of another case than the one on record.
public struct ExchangedScan: Sendable, Hashable {
    public let caseName: String
    /// The volume on record.
    public let volume: VolumeID
    /// The volume that the image shows now.
    public let shown: VolumeID
    /// What that one is known as, `DATASET/CASE`, the release's own cases first; three at most.
    public let shownAs: [String]
}

/// What holds a scan back from everything that is asked of the catalogue.
public struct Withholding: Sendable, Hashable {
    /// The subject that is removed; nil for an excluded volume.
    public let subject: String?
    /// The volume that is excluded; nil for a removed subject.
    public let volume: VolumeID?
    public let reason: String
}

extension LabelCatalog {
    /// Where a case of that release would be recorded.
    public func place(ofDataset name: String, release: String) async throws -> CasePlace {
        guard let dataset = try await dataset(ifNamed: name) else { return CasePlace(dataset: nil, release: nil) }
        let found = try await connection.first(FindRelease(dataset: dataset, name: release))
        return CasePlace(dataset: dataset, release: found)
    }

    /// Whether a case may be recorded: nobody may store masks of a purged subject again, and a case's image does not become the scan
    /// of another case, on which labels said of the first would stand.
    ///
    /// - Throws: `CatalogError.purgedSubject`, `.exchangedScan`.
    public func requireRecordable(_ source: SourceRecord, in place: CasePlace) async throws {
        try await requireUnpurged(source, in: place.dataset)
        guard let release = place.release else { return }
        if let found = try await connection.first(FindExchangedScan(source: source, release: release)) {
            throw CatalogError.exchangedScan(found)
        }
    }

    /// The volume that a case showed before it was given an image with other voxels; nil where it always showed this one.
    public func replacedVolume(by source: SourceRecord, in place: CasePlace) async throws -> VolumeID? {
        guard let release = place.release else { return nil }
        return try await connection.first(FindReplacedVolume(source: source, release: release))
    }

    /// Why a case's scan counts nowhere, though it is recorded; nil where nothing holds it back.
    public func withholding(of source: SourceRecord, in place: CasePlace) async throws -> Withholding? {
        try await connection.first(
            FindWithholding(identity: source.identity, dataset: place.dataset, key: source.subjectKey))
    }
}
