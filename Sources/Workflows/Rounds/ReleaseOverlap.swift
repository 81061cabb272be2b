internal import Catalog
package import Domain
internal import Imaging
internal import System

/// The voxels that released masks of one organ share with visible pseudo labels of another one that excludes it.
package struct ReleaseOverlap: Sendable, Hashable {
    package let organ: OrganKey
    package let other: OrganKey
    /// With a common voxel.
    package let volumes: Int
    package let voxels: Int
}

extension ReleaseOverlap {
    private struct Pair: Hashable {
        let organ, other: OrganKey
    }

    /// By organ; none where no voxel is shared.
    ///
    /// - Parameter round: whose labels of the organs are compared.
    /// - Throws: `WorkflowError` of kind `damaged` for a mask that cannot be read.
    static func search(
        _ organs: [OrganKey], of round: RoundID, in workspace: Workspace
    ) async throws -> [ReleaseOverlap] {
        let pairs = exclusions(of: organs, in: try await workspace.catalog.ontology())
        let meeting = try await workspace.catalog.meetingLabels(of: round, pairs)
        guard !meeting.isEmpty else { return [] }
        let (reader, meter) = (try await workspace.masks(), workspace.progress.begin("overlaps", total: meeting.count))
        defer { meter.finish() }
        var found: [Pair: (volumes: Int, voxels: Int)] = [:]
        for labels in meeting {
            let one = try await reader.read(labels.mask, shape: labels.shape)
            let other = try await reader.read(labels.otherMask, shape: labels.shape)
            let shared = await BlockingWork().run { one.foreground.sharedCount(other.foreground) }
            meter.advance()
            guard shared > 0 else { continue }
            let sum = found[Pair(organ: labels.organ, other: labels.other)] ?? (0, 0)
            found[Pair(organ: labels.organ, other: labels.other)] = (sum.volumes + 1, sum.voxels + shared)
        }
        return pairs.compactMap { pair in
            found[Pair(organ: pair.organ, other: pair.other)].map {
                ReleaseOverlap(organ: pair.organ, other: pair.other, volumes: $0.volumes, voxels: $0.voxels)
            }
        }
    }

    /// Each organ with every other one that excludes it; two of these organs once.
    private static func exclusions(
        of organs: [OrganKey], in ontology: Ontology
    ) -> [(organ: OrganKey, other: OrganKey)] {
        var pairs: [(organ: OrganKey, other: OrganKey)] = []
        for (place, organ) in organs.enumerated() {
            for other in ontology.organs.map(\.key) where ontology.pairing(organ, other) == .exclusive {
                if !organs[..<place].contains(other) { pairs.append((organ, other)) }
            }
        }
        return pairs
    }
}
