package import Catalog
package import Domain
internal import Objects

/// Reads what the catalogue records of one mask.
package struct MaskInspection: Sendable {
    /// What became of a mask's bytes.
    package enum Bytes: Sendable, Hashable {
        case present
        case purged(PurgeEvent)
        /// The object is gone without a purge, or too short.
        case missing
    }

    package struct Result: Sendable {
        package let mask: MaskFacts
        /// Its place in the history of the organ's masks; nil for a mask of a round that is not published.
        package let version: MaskVersion?
        package let limits: LabelLimits
        /// The change that recorded it: dataset, rater and reason; nil as `version`.
        package let event: LabelEvent?
        package let bytes: Bytes
    }

    private let workspace: Workspace

    package init(_ workspace: Workspace) { self.workspace = workspace }

    /// - Throws: `CatalogError.unknownMask`, `ObjectStoreError` for a store that cannot be read.
    package func run(_ id: MaskID) async throws -> Result {
        let catalog = workspace.catalog
        let mask = try await catalog.mask(id)
        let versions = try await catalog.maskHistory(volume: mask.volume, organ: mask.organ)
        let events = try await catalog.history(volume: mask.volume, organ: mask.organ)
        return Result(
            mask: mask, version: versions.first { $0.mask.mask == id }, limits: try await catalog.limits(of: id),
            event: events.first { $0.mask == id }, bytes: try await bytes(of: mask))
    }

    private func bytes(of mask: MaskFacts) async throws -> Bytes {
        let location = mask.location
        if let event = try await workspace.catalog.purge(of: location.mask) { return .purged(event) }
        do {
            let size = try await workspace.objects().size(of: ObjectID(digest: location.object, size: 0))
            return size.map { $0 >= location.offset + location.length } == true ? .present : .missing
        } catch ObjectStoreError.noStore {
            return .missing
        }
    }
}
