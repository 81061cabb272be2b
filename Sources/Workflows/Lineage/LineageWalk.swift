package import Catalog
internal import Domain

/// Walks from a mask, checkpoint or volume to everything it was derived from, or to everything derived from it.
package struct LineageWalk: Sendable {
    package struct Request: Hashable, Sendable {
        /// A mask (`12`, `mask:12`), a checkpoint (`checkpoint:3`) or a volume (`volume:4`, `DATASET/CASE`, a file).
        package var start: String
        /// Whether to walk to what was derived from it.
        package var isForward: Bool

        package init(start: String, isForward: Bool) { (self.start, self.isForward) = (start, isForward) }
    }

    private let workspace: Workspace

    package init(_ workspace: Workspace) { self.workspace = workspace }

    /// The start and everything reached from it, by distance.
    ///
    /// - Throws: `WorkflowError` of kind `usage` for a start without a valid id, `CatalogError` for an unknown one.
    package func run(_ request: Request) async throws -> [LineageNode] {
        try await workspace.catalog.lineage(of: try await root(request.start), forward: request.isForward)
    }

    private func root(_ name: String) async throws -> LineageRoot {
        let parts = name.split(separator: ":", maxSplits: 1).map(String.init)
        switch (parts.count, parts.first) {
        case (2, "mask"): return .mask(try await mask(parts[1]))
        case (2, "checkpoint"):
            guard let id = Int64(parts[1]) else { throw Self.invalid(name) }
            try await workspace.catalog.require(CheckpointID(id))
            return .checkpoint(CheckpointID(id))
        case (2, "volume"): return .volume(try await workspace.volume(named: parts[1]).id)
        default:
            if Int64(name) != nil { return .mask(try await mask(name)) }
            do {
                return .volume(try await workspace.volume(named: name).id)
            } catch CatalogError.unknownVolume where parts.count == 2 && !name.contains("/") {
                throw Self.invalid(name)
            }
        }
    }

    private func mask(_ id: String) async throws -> MaskID {
        guard let number = Int64(id) else { throw Self.invalid(id) }
        return try await workspace.catalog.mask(MaskID(number)).location.mask
    }

    private static func invalid(_ name: String) -> WorkflowError {
        WorkflowError(
            .usage, "\(name) is not a mask, checkpoint or volume",
            remedy: "give mask:ID, checkpoint:ID, volume:ID, DATASET/CASE or a file")
    }
}
