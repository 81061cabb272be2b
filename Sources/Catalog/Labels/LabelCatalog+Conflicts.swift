public import Domain
import Postgres

/// One label of (volume, organ) that is in use or proposed, with its mask where it has one.
public struct LabelVersion: Sendable, Hashable {
    /// Nil for an absence.
    public let mask: MaskLocation?
    /// `DATASET RELEASE`, the name of a person or consensus, or `RUN/ROUND`.
    public let source: String
    public let status: LabelStatus
    public let origin: LabelOrigin
    public let isCurrent: Bool
    /// Recorded as a proposal and never current.
    public let isProposed: Bool
    public let limits: LabelLimits
}

/// The policy that chooses the current annotation among several.
public struct AnnotationPolicy: Sendable, Hashable {
    public enum Kind: String, Sendable, CaseIterable {
        /// Best origin, then newest release, then newest annotation.
        case origin
        /// Persons, then the newest release.
        case release
        /// Persons, then the datasets in the given order, then as `origin`.
        case datasets
    }

    public let kind: Kind
    /// Best first; empty unless the kind is `datasets`.
    public let datasets: [String]
    /// The revision since which it is in force; nil where none was ever set.
    public let revision: Revision?

    public init(kind: Kind, datasets: [String] = [], revision: Revision? = nil) {
        (self.kind, self.datasets, self.revision) = (kind, datasets, revision)
    }
}

extension LabelCatalog {
    /// All labels of (volume, organ) that are in use or proposed: of releases and raters, of the visible round, and shipped ones. The
    /// current one comes first.
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
    /// - Returns: false, and no new revision, where the policy is in force already.
    /// - Throws: SQLSTATE LA004 for an unknown dataset.
    public func setAnnotationPolicy(_ policy: AnnotationPolicy, reason: String) async throws -> Bool {
        try await connection.one(SetPolicy(policy: policy, reason: reason, program: program)) != nil
    }
}
