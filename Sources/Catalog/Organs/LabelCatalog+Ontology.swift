public import Domain
import Postgres

/// An organ as the catalogue lists it.
public struct OrganRow: Sendable, Hashable {
    public let organ: OrganKey
    public let name: String
    public let snomed: String?
    public let laterality: String
    public let isLesion: Bool
    /// The organs that it divides or is within.
    public let partOf: [OrganKey]
    public let synonyms: [String]
    /// Those of `partOf` that their divisions fill together.
    public let divisionOf: [OrganKey]
    /// Organs whose border with it differs by convention.
    public let overlaps: [OrganKey]
    public let variantOf: OrganKey?
    /// The organ that contains a lesion.
    public let host: OrganKey?
    public let position: Int
}

extension LabelCatalog {
    /// The first position of organs that a user adds.
    public static let firstOwnPosition = 10_001

    /// Adds the organs, relations and spellings that are missing; changes none.
    ///
    /// A user's organs have positions from `firstOwnPosition`, so that they never collide with organs shipped later.
    /// - Returns: the number of organs added.
    @discardableResult
    public func extend(with ontology: Ontology) async throws -> Int {
        try await connection.transaction { _ in try await extendInTransaction(with: ontology) }
    }

    /// As `extend`, in the transaction that is open on the connection.
    @discardableResult
    public func extendInTransaction(with ontology: Ontology) async throws -> Int {
        let added = try await connection.run(InsertOrgans(organs: ontology.organs)).count
        try await connection.run(SetOrganHosts(organs: ontology.organs.filter { $0.host != nil }))
        try await connection.run(InsertOrganLinks(links: ontology.links))
        try await connection.run(InsertOrganSynonyms(synonyms: ontology.synonyms))
        return added
    }

    /// Adds the shipped organs where some are missing; one cheap query where none is.
    public func ensureStandardOrgans() async throws {
        if try await connection.one(CountOrgans()) < Ontology.standard.organs.count {
            try await extend(with: .standard)
        }
    }

    /// The organ with that key or spelling.
    ///
    /// - Throws: `CatalogError.unknownOrgan` with the nearest keys.
    public func organ(named name: String) async throws -> OrganKey {
        let key = OrganKey(rawValue: name)
        if try await connection.one(OrganExists(organ: key)) { return key }
        return try OrganNames(try await organs()).key(of: name)
    }

    /// As `organ(named:)`, in the order given.
    public func organs(named names: [String]) async throws -> [OrganKey] {
        let known = OrganNames(names.isEmpty ? [] : try await organs())
        return try names.map { try known.key(of: $0) }
    }

    /// - Throws: `CatalogError.unknownOrgan`.
    func require(_ organ: OrganKey) async throws {
        guard try await connection.one(OrganExists(organ: organ)) else {
            throw CatalogError.unknownOrgan(organ.rawValue)
        }
    }

    /// The organs of the catalogue with their relations and spellings: the shipped ones and those that a user added.
    public func ontology() async throws -> Ontology { try await connection.ontology() }

    /// All organs in the order of their positions.
    public func organs() async throws -> [OrganRow] { try await connection.run(ListOrgans()) }
}

extension Connection {
    func ontology() async throws -> Ontology {
        Ontology(
            organs: try run(LoadOrgans()), links: try run(LoadOrganLinks()).compactMap { $0 },
            synonyms: try run(LoadOrganSynonyms()))
    }
}
