package import Catalog

/// One thing that a purge destroys, or that it concerns and cannot destroy.
package struct PurgeItem: Sendable, Hashable {
    package enum Kind: String, Sendable {
        /// Stored masks.
        case object
        /// Stored bytes that no row names, such as those of an interrupted import.
        case orphan
        /// An image as raw voxels in the cache of `lacunad`.
        case cached
        /// A volume converted from a DICOM series.
        case converted
        /// An image descriptor in the database.
        case descriptor
        /// What an interrupted process left.
        case unfinished
    }

    package enum Effect: Sendable, Hashable {
        /// Only previewed.
        case pending
        case destroyed
        /// Destroyed by an earlier purge.
        case destroyedBefore(PurgeEvent)
        /// There were no bytes to destroy.
        case missing
        /// Not destroyed, and why.
        case kept(String)
    }

    package let kind: Kind
    /// The object's digest, the name of a file, or the volume of a descriptor.
    package let name: String
    /// SHA-256 of the bytes in hexadecimal digits; nil where they could not be read.
    package let checksum: String?
    package let bytes: Int
    /// Where the bytes are or were; nil for rows of the database.
    package let location: String?
    package var effect: Effect

    /// Why it was not destroyed; nil where it was, or would be.
    package var obstacle: String? { if case .kept(let reason) = effect { reason } else { nil } }

    /// Whether its bytes are destroyed, now or before.
    package var isGone: Bool {
        switch effect {
        case .destroyed, .destroyedBefore, .missing: true
        case .pending, .kept: false
        }
    }

    /// The effect, for people.
    package var explanation: String {
        switch effect {
        case .pending: "would be destroyed"
        case .destroyed: "destroyed"
        case .destroyedBefore(let event): "destroyed at \(event.time) by activity \(event.activity)"
        case .missing: "was missing already"
        case .kept(let reason): "kept: \(reason)"
        }
    }
}
