public import Domain
import Postgres

extension LabelCatalog {
    /// The recorded volume with that identity, and its sources outside a case; nil where the scan is not recorded.
    public func knownScan(identity: Digest, outside caseName: String, of place: CasePlace) async throws -> KnownScan? {
        let found = try await connection.run(
            SourcesOfScan(identity: identity, release: place.release, caseName: caseName))
        return found.first.map { KnownScan(volume: $0.volume, sources: found.compactMap(\.source)) }
    }

    /// For each label that has one: the best annotation of the organ by another source, and the release's own annotation, of the
    /// same or another case.
    public func competingAnnotations(
        with claims: [LabelClaim], volume: VolumeID, of caseName: String, in place: CasePlace
    ) async throws -> [CompetingAnnotation] {
        guard !claims.isEmpty else { return [] }
        let others = try await connection.run(CompetingAnnotations(volume: volume, place: place, claims: claims))
        guard let release = place.release else { return others }
        return others
            + (try await connection.run(
                EarlierAnnotations(volume: volume, release: release, caseName: caseName, claims: claims)))
    }

    /// The organs that another source, or another case, annotates with voxels or records as absent in the volume.
    public func currentAnnotations(
        volume: VolumeID, outside caseName: String, of place: CasePlace
    ) async throws -> [CurrentAnnotation] {
        try await connection.run(
            CurrentAnnotationsOfOrgans(volume: volume, release: place.release, caseName: caseName))
    }
}
