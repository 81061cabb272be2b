public import Domain
import Postgres

extension LabelCatalog {
    /// Annotations that differ from the current one of their organ and volume, by volume and organ, without proposals of persons and
    /// annotators, withheld volumes and removed datasets.
    ///
    /// - Parameters:
    ///   - volume: only of this volume; nil: all.
    ///   - organ: only of this organ; nil: all.
    ///   - dataset: only where one of the two is of this dataset; nil: all.
    /// - Throws: `CatalogError.unknownDataset`, `.unknownOrgan`.
    public func differingAnnotations(
        volume: VolumeID?, organ: OrganKey?, dataset: String?
    ) async throws -> [DifferingAnnotations] {
        if let organ { try await require(organ) }
        if let dataset { try await requireDataset(dataset) }
        return try await connection.run(ListDifferingAnnotations(volume: volume, organ: organ, dataset: dataset))
    }

    /// Records comparisons of annotations, so that each pair is compared once.
    public func record(_ overlaps: [AnnotationOverlap]) async throws {
        try await connection.run(InsertOverlaps(overlaps: overlaps))
    }

    /// Sources that differ from the first one of their volume in spacing or modality.
    public func differingHeaders(volume: VolumeID?, dataset: String?) async throws -> [DifferingHeaders] {
        try await connection.run(ListDifferingHeaders(volume: volume, dataset: dataset))
    }

    /// Sources that contradict each other in whose scans they are.
    public func differingSubjects(volume: VolumeID?, dataset: String?) async throws -> [DifferingSubjects] {
        try await connection.run(ListDifferingSubjects(volume: volume, dataset: dataset))
    }

    /// Absent organs in which a part or a lesion is annotated.
    /// - Parameter pairs: an organ that is inside another, and that other.
    public func annotatedInAbsent(
        _ pairs: [(part: OrganKey, whole: OrganKey)], volume: VolumeID?, organ: OrganKey?, dataset: String?
    ) async throws -> [AnnotatedInAbsent] {
        try await connection.run(
            ListAnnotatedInAbsent(pairs: pairs, volume: volume, organ: organ, dataset: dataset))
    }
}
