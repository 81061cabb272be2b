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

    /// Records the hashes of a new source. Subjects with a common study, or a common patient within one dataset, are merged; the study
    /// and the patient may be of different subjects.
    /// - Returns: what the merges changed.
    func recordSeries(
        _ series: SeriesRecord, of source: SourceID, _ change: inout PendingChange
    ) async throws -> [SubjectMerge] {
        var merges: [SubjectMerge] = []
        while true {
            let subjects = try await connection.one(RecordSeries(source: source, series: series))
            guard let other = subjects.other else { return merges }
            merges.append(try await merge(subjects.own, other, change.id(on: connection)))
        }
    }
}
