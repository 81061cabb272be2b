internal import Catalog

/// What a person names for removal, restoration or purge.
package enum RemovalTarget: Sendable, Hashable {
    /// A dataset's name.
    case dataset(String)
    /// A subject's id, `DATASET/KEY`, or name.
    case subject(String)

    /// As the person wrote it.
    package var name: String {
        switch self {
        case .dataset(let name), .subject(let name): name
        }
    }

    /// The noun of its commands.
    var noun: String {
        switch self {
        case .dataset: "dataset"
        case .subject: "subject"
        }
    }

    /// - Throws: `CatalogError.unknownDataset`, `.unknownSubject`.
    func find(in catalog: LabelCatalog) async throws -> Withdrawable {
        switch self {
        case .dataset(let name): .dataset(try await catalog.dataset(named: name))
        case .subject(let name): .subject(try await catalog.subject(named: name))
        }
    }
}
