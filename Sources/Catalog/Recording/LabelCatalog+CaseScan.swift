public import Domain
import Postgres

/// The dataset and release of a case; nil for those that are not recorded yet.
public struct CasePlace: Sendable, Hashable {
    public let dataset: DatasetID?
    public let release: Int32?

    public init(_ release: ReleaseHandle) { (dataset, self.release) = (release.dataset, release.release) }

    /// Nil where the release is not recorded yet.
    public var handle: ReleaseHandle? {
        guard let dataset, let release else { return nil }
        return ReleaseHandle(release: release, dataset: dataset)
    }

    init(dataset: DatasetID?, release: Int32?) { (self.dataset, self.release) = (dataset, release) }
}

/// A recorded case whose image is the image of another case now.
public struct ExchangedScan: Sendable, Hashable {
    public let caseName: String
    /// The recorded volume.
    public let volume: VolumeID
    /// The volume of the image now.
    public let shown: VolumeID
    /// Sources of that volume, `DATASET/CASE`, those of the same release first; at most three.
    public let shownAs: [String]
}

/// The reason why an image is withheld.
public struct Withholding: Sendable, Hashable {
    /// The subject that is removed; nil for an excluded volume.
    public let subject: String?
    /// The volume that is excluded; nil for a removed subject.
    public let volume: VolumeID?
    public let reason: String
}

/// The scan of a case is recorded for another subject than the case's.
public struct SubjectClash: Sendable, Hashable {
    /// The name of the subject that the scan is recorded for.
    public let recorded: String
    /// Whether the two are known to be different patients, so that they are not joined.
    public let areApart: Bool
}

extension LabelCatalog {
    /// The subject for which the scan of a case is recorded, where it is another than that of the case's key; nil else.
    public func subjectClash(of source: SourceRecord, in place: CasePlace) async throws -> SubjectClash? {
        guard let dataset = place.dataset else { return nil }
        return try await connection.first(FindSubjectClash(source: source, dataset: dataset))
    }

    /// The dataset and release of those names.
    public func place(ofDataset name: String, release: String) async throws -> CasePlace {
        guard let dataset = try await dataset(ifNamed: name) else { return CasePlace(dataset: nil, release: nil) }
        let found = try await connection.first(FindRelease(dataset: dataset, name: release))
        return CasePlace(dataset: dataset, release: found)
    }

    /// Requires that a case may be recorded: masks of a purged subject are not stored again, and the image of another case does not
    /// become the image of a recorded case, because the labels would be of the wrong image.
    ///
    /// - Throws: `CatalogError.purgedSubject`, `.exchangedScan`.
    public func requireRecordable(_ source: SourceRecord, in place: CasePlace) async throws {
        try await requireUnpurged(source, in: place.dataset)
        // A table of subjects outranks identifiers.
        if let series = source.series, !source.isStated,
            let purged = try await connection.first(PurgedSubjectOfSeries(series: series, dataset: place.dataset))
        {
            throw purged
        }
        guard let release = place.release else { return }
        if let found = try await connection.first(FindExchangedScan(source: source, release: release)) {
            throw CatalogError.exchangedScan(found)
        }
    }

    /// The volume of a case's earlier image with other voxels; nil where the image did not change.
    public func replacedVolume(by source: SourceRecord, in place: CasePlace) async throws -> VolumeID? {
        guard let release = place.release else { return nil }
        return try await connection.first(FindReplacedVolume(source: source, release: release))
    }

    /// Why a recorded case's image is withheld; nil where it is not.
    public func withholding(of source: SourceRecord, in place: CasePlace) async throws -> Withholding? {
        try await connection.first(
            FindWithholding(identity: source.identity, dataset: place.dataset, key: source.subjectKey))
    }
}
