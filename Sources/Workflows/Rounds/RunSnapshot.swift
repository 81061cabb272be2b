package import Catalog
package import Domain

/// The volumes and annotations that a run learns from, as of the run's revision. The test part is not among them.
package struct RunSnapshot: Sendable {
    /// The organs of the run, in the order of its plan.
    package let organs: [OrganKey]
    package let volumes: [VolumeID: RunVolume]
    private let labels: [VolumeID: [OrganKey: RunLabel]]
    /// Of the organs' annotated masks in the part train.
    package let sizes: [OrganKey: AnnotatedSize]

    /// - Precondition: a volume has at most one label of an organ.
    package init(
        organs: [OrganKey], volumes: [RunVolume], labels: [RunLabel], sizes: [OrganKey: AnnotatedSize] = [:]
    ) {
        (self.organs, self.sizes) = (organs, sizes)
        self.volumes = Dictionary(uniqueKeysWithValues: volumes.map { ($0.id, $0) })
        self.labels = Dictionary(grouping: labels, by: \.volume).mapValues { labels in
            Dictionary(uniqueKeysWithValues: labels.map { ($0.organ, $0) })
        }
    }

    /// Volumes of a part, by id.
    package func volumes(in part: SplitPart) -> [RunVolume] {
        volumes.values.filter { $0.part == part }.sorted { $0.id < $1.id }
    }

    /// The annotations of a volume, absent organs and composite labels included.
    package func labels(of volume: VolumeID) -> [OrganKey: RunLabel] { labels[volume] ?? [:] }

    /// Whether the organ is annotated or absent in the volume.
    package func knows(_ organ: OrganKey, in volume: VolumeID) -> Bool { labels(of: volume)[organ] != nil }

    /// Whether the organ is annotated in this many volumes or more, and absent in none.
    package func isAlwaysThere(_ organ: OrganKey, volumes: Int) -> Bool {
        let own = labels.values.compactMap { $0[organ] }
        return own.count >= volumes && own.allSatisfy { $0.mask != nil }
    }

    /// Number of volumes of a part with a mask of the organ.
    package func annotatedVolumes(of organ: OrganKey, in part: SplitPart) -> Int {
        labels.values.count { labels in
            labels[organ].map { $0.part == part && $0.mask != nil } ?? false
        }
    }
}
