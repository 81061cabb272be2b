public import Domain
import Postgres

/// What is kept of the identifiers of a DICOM series: hashes, salted with the catalogue's salt.
public struct SeriesRecord: Hashable, Sendable {
    public let patient: Digest?
    public let study: Digest?
    public let series: Digest?

    public init(patient: Digest?, study: Digest?, series: Digest?) {
        (self.patient, self.study, self.series) = (patient, study, series)
    }
}

extension LabelCatalog {
    /// What identifiers are hashed with before they are recorded.
    public func seriesSalt() async throws -> [UInt8] { try await connection.one(SeriesSalt()) }

    /// Keeps the hashes of a new source. Two subjects that share a study, or a patient within one dataset, are one.
    /// - Returns: what it changed that subjects were joined; nil where none were.
    func recordSeries(
        _ series: SeriesRecord, of source: SourceID, _ change: inout PendingChange
    ) async throws -> SubjectMerge? {
        let subjects = try await connection.one(RecordSeries(source: source, series: series))
        guard let other = subjects.other else { return nil }
        return try await unite(subjects.own, other, change.id(on: connection))
    }
}
