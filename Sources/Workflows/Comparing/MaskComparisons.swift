package import Catalog
package import Domain
internal import System

/// Compares masks of one volume.
package struct MaskComparisons {
    /// Two labels of one organ in one volume.
    package struct Pair: Sendable {
        package let first: LabelVersion
        package let second: LabelVersion
        package let comparison: MaskComparison
    }

    /// All current labels of one organ in one volume, pair by pair.
    package struct OfOrgan: Sendable {
        package let volume: VolumeID
        package let organ: OrganKey
        /// Labels compared.
        package let labels: Int
        /// The current label first. Empty for fewer than two labels.
        package let pairs: [Pair]
        /// Whether the volume's sources differ in spacing, so that millimetres are those of the first source.
        package let isSpacingDisputed: Bool
    }

    /// One mask of a comparison.
    package struct Side: Sendable {
        package let mask: MaskID
        package let organ: OrganKey
        /// `DATASET RELEASE`, a rater's name, or `RUN/ROUND`.
        package let source: String
    }

    /// Two masks named by their ids.
    package struct OfMasks: Sendable {
        package let volume: VolumeID
        /// `DATASET/CASE` of the volume's first source.
        package let caseName: String?
        package let first: Side
        package let second: Side
        package let comparison: MaskComparison
    }

    private let workspace: Workspace

    package init(_ workspace: Workspace) { self.workspace = workspace }

    /// - Parameters:
    ///   - name: the volume as a person names it: id, `DATASET/CASE` or file.
    ///   - organ: key or another spelling.
    /// - Throws: `CatalogError` for unknown names; as `MaskReader.read`.
    package func compare(volume name: String, organ: String) async throws -> OfOrgan {
        let catalog = workspace.catalog
        let volume = try await workspace.volume(named: name)
        let organ = try await catalog.organ(named: organ)
        let versions = try await catalog.labelVersions(volume: volume.id, organ: organ)
        return OfOrgan(
            volume: volume.id, organ: organ, labels: versions.count, pairs: try await pairs(of: versions, in: volume),
            isSpacingDisputed: volume.voxelVolume == nil)
    }

    private func pairs(of versions: [LabelVersion], in volume: VolumeRow) async throws -> [Pair] {
        guard versions.count > 1 else { return [] }
        let reader = try await workspace.masks()
        var labels: [(version: LabelVersion, mask: KnownMask)] = []
        for version in versions {
            labels.append((version, try await reader.read(version.mask, version.limits, shape: volume.shape)))
        }
        return await BlockingWork().run { [labels] in
            labels.indices.flatMap { i in
                labels[(i + 1)...].map { other in
                    Pair(
                        first: labels[i].version, second: other.version,
                        comparison: MaskComparison(labels[i].mask, other.mask, spacing: volume.spacing))
                }
            }
        }
    }

    /// - Throws: `WorkflowError` of kind `badInput` for masks of two volumes, `CatalogError.unknownMask`; as `MaskReader.read`.
    package func compare(_ first: MaskID, _ second: MaskID) async throws -> OfMasks {
        let catalog = workspace.catalog
        let (a, b) = (try await catalog.storedMask(first), try await catalog.storedMask(second))
        guard a.volume == b.volume else {
            throw WorkflowError(
                .badInput, "mask \(first) is of volume \(a.volume), mask \(second) of volume \(b.volume)",
                remedy: "name two masks of one volume")
        }
        let volume = try await catalog.volume(named: a.volume.description)
        let reader = try await workspace.masks()
        let one = try await reader.read(a.location, try await catalog.limits(of: first), shape: a.shape)
        let other = try await reader.read(b.location, try await catalog.limits(of: second), shape: b.shape)
        return OfMasks(
            volume: a.volume, caseName: volume.sources.first.map { "\($0.dataset)/\($0.caseName)" },
            first: Side(mask: first, organ: a.organ, source: try await catalog.nameOfSource(of: first)),
            second: Side(mask: second, organ: b.organ, source: try await catalog.nameOfSource(of: second)),
            comparison: await BlockingWork().run { MaskComparison(one, other, spacing: volume.spacing) })
    }
}
