public import Domain
import Postgres

extension LabelCatalog {
    /// The dataset of that name. - Throws: `CatalogError.unknownDataset`.
    public func dataset(named name: String) async throws -> DatasetID {
        guard let id = try await dataset(ifNamed: name) else { throw try await unknown(dataset: name) }
        return id
    }

    /// The dataset of that name, or nil.
    public func dataset(ifNamed name: String) async throws -> DatasetID? {
        try await connection.first(FindDataset(name: name))
    }

    /// - Throws: `CatalogError.unknownDataset`.
    public func requireDataset(_ name: String) async throws {
        guard try await connection.one(DatasetExists(name: name)) else { throw try await unknown(dataset: name) }
    }

    private func unknown(dataset name: String) async throws -> CatalogError {
        .unknownDataset(name, nearest: Spelling.nearest(to: name, among: Set(try await datasets().map(\.name))))
    }

    /// - Throws: `CatalogError.removedDataset` where the dataset is removed; nothing where it does not exist.
    public func requirePresent(dataset name: String) async throws {
        if try await connection.one(DatasetIsRemoved(name: name)) { throw CatalogError.removedDataset(name) }
    }
}
