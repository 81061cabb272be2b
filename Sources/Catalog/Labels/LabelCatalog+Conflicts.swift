public import Domain
import Postgres

/// One standing word on (volume, organ), with its mask where it has one.
public struct LabelVersion: Sendable, Hashable {
    /// Nil for an absence.
    public let mask: MaskLocation?
    /// `DATASET RELEASE`, a person's or consensus' name, or `RUN/ROUND`.
    public let source: String
    public let status: LabelStatus
    public let origin: LabelOrigin
    public let isCurrent: Bool
    /// Recorded beside the others and never current.
    public let isProposed: Bool
    public let limits: LabelLimits
}

/// How the current annotation is chosen among several.
public struct AnnotationPolicy: Sendable, Hashable {
    public enum Kind: String, Sendable, CaseIterable {
        /// Best origin, then newest release, then newest word.
        case origin
        /// A person's word, then the newest release.
        case release
        /// A person's word, then the datasets in the order named, then as `origin`.
        case datasets
    }

    public let kind: Kind
    /// Best first; empty unless the kind is `datasets`.
    public let datasets: [String]
    /// Since when; nil where it was never set.
    public let revision: Revision?

    public init(kind: Kind, datasets: [String] = [], revision: Revision? = nil) {
        (self.kind, self.datasets, self.revision) = (kind, datasets, revision)
    }
}

extension LabelCatalog {
    /// Every word that stands on (volume, organ): of releases and raters, the visible round's, shipped and proposed ones.
    /// The current one comes first.
    /// - Throws: `CatalogError.withheldVolume`.
    public func labelVersions(volume: VolumeID, organ: OrganKey) async throws -> [LabelVersion] {
        try await require(organ)
        try await requireUse(of: volume)
        return try await connection.run(ListLabelVersions(volume: volume, organ: organ))
    }

    public func annotationPolicy() async throws -> AnnotationPolicy {
        try await connection.first(CurrentPolicy()) ?? AnnotationPolicy(kind: .origin)
    }

    /// Chooses the current annotation of every (volume, organ) again by another policy, at one revision.
    ///
    /// - Returns: whether the policy was another one before; false changes nothing.
    /// - Throws: SQLSTATE LA004 for an unknown dataset.
    public func setAnnotationPolicy(_ policy: AnnotationPolicy, reason: String) async throws -> Bool {
        try await connection.one(SetPolicy(policy: policy, reason: reason, program: program)) != nil
    }
}
