internal import FoundationEssentials
internal import Objects

/// The metadata of a stored checkpoint, read without its tensors (`docs/checkpoints.md`).
enum CheckpointMetadata {
    /// Larger headers are no checkpoint of ours.
    private static let longestHeader = 64 << 20

    private struct Header: Decodable {
        let metadata: [String: String]
        enum CodingKeys: String, CodingKey { case metadata = "__metadata__" }
    }

    /// - Throws: `ObjectStoreError`; `WorkflowError` of kind `damaged` for an object that is no checkpoint.
    static func read(_ id: ObjectID, from store: any ObjectStore) async throws -> [String: String] {
        let prefix = try await store.get(id, offset: 0, length: 8)
        let length = prefix.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= longestHeader else { throw damage(id, store) }
        let text = try await store.get(id, offset: 8, length: Int(length))
        guard let header = try? JSONDecoder().decode(Header.self, from: Data(text)) else { throw damage(id, store) }
        return header.metadata
    }

    private static func damage(_ id: ObjectID, _ store: any ObjectStore) -> WorkflowError {
        WorkflowError(
            .damaged, "the object is no checkpoint", file: store.location(of: id),
            remedy: "restore it from the backup; lacuna verify --read-data lists damaged objects")
    }
}
