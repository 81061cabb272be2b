public import Domain
import Postgres

/// The identifiers of a DICOM series as salted hashes.
public struct SeriesRecord: Hashable, Sendable {
    public let patient: Digest?
    public let study: Digest?
    public let series: Digest?

    public init(patient: Digest?, study: Digest?, series: Digest?) {
        (self.patient, self.study, self.series) = (patient, study, series)
    }
}

extension LabelCatalog {
    /// The salt with which identifiers are hashed before they are recorded.
    public func seriesSalt() async throws -> [UInt8] { try await connection.one(SeriesSalt()) }

    /// Records the hashes of a new source. Subjects with a common study, or a common patient within one dataset, are merged.
    /// - Returns: what the merge changed; nil without one.
    func recordSeries(
        _ series: SeriesRecord, of source: SourceID, _ change: inout PendingChange
    ) async throws -> SubjectMerge? {
        let subjects = try await connection.one(RecordSeries(source: source, series: series))
        guard let other = subjects.other else { return nil }
        return try await merge(subjects.own, other, change.id(on: connection))
    }
}
