package import Catalog
package import ObjectStore

extension Session {
    package var catalog: Catalog { Catalog(connection, program: Program.lacuna.version) }

    /// The catalogue's object store.
    ///
    /// - Parameter create: whether to make it where there is none.
    /// - Throws: `ObjectStoreError`, or a failure of usage for a store that is no local folder.
    package func objectStore(create: Bool = true) async throws -> LocalObjectStore {
        let folder = try localFolder(objects)
        let catalogue = try await catalog.uuid()
        return try await BlockingWork().run { try LocalObjectStore.open(folder, catalogue: catalogue, create: create) }
    }

    /// A path, or the path of a `file:` URI.
    private func localFolder(_ location: String) throws -> String {
        if location.hasPrefix("file://") { return String(location.dropFirst(7)) }
        guard !location.contains("://") else {
            throw CommandFailure(.usage, "\(location): only folders can hold objects", remedy: "name a folder")
        }
        return location
    }
}
