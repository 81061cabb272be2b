public import Domain
import Postgres

/// Two volumes that may show one scan; a person decides.
public struct DuplicateRow: Sendable, Hashable {
    public let first: VolumeID
    public let second: VolumeID
    public let firstSubject: String
    public let secondSubject: String
    public let kind: DuplicateKind
}

/// What two volumes have in common that are not one volume already.
public enum DuplicateKind: String, Sendable, CaseIterable {
    /// The same values in another order: mirrored, turned, or with a reset header.
    case orientation
    /// The same values after clipping to ±1000 HU: re-windowed.
    case clipped
}

extension Catalog {
    /// Pairs of volumes whose orientation-blind or clipped keys are equal, by id.
    public func proposedDuplicates() async throws -> [DuplicateRow] {
        try await connection.run(ProposedDuplicates())
    }
}
