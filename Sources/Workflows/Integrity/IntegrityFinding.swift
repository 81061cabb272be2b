/// A discrepancy between the catalogue's rows and the stored files.
package struct IntegrityFinding: Sendable, Hashable {
    package enum Kind: String, Sendable {
        case missing, damaged
        /// Not as the migrations make it.
        case altered
        /// No row names it.
        case orphan
        /// An orphan that was removed.
        case swept
        /// A file in the object store or in a cache that this program did not write.
        case stray

        package var isDamage: Bool { [.missing, .damaged, .altered].contains(self) }
    }

    package enum Subject: String, Sendable {
        case object, mask, image
        /// A label file that waits for its image.
        case label
        /// A volume converted from a DICOM series.
        case converted
        /// An image as raw voxels in a cache of `lacunad`.
        case cached
        /// An owner, a right, a function or another part of the database's schema.
        case schema
    }

    package let kind: Kind
    package let subject: Subject
    /// A path, the location in the object store, or an object of the schema.
    package let location: String
    package let problem: String
    /// The data concerned: `liver of DATASET/CASE` for an object or a mask, `DATASET/CASE` for a file; empty where no row
    /// names it.
    package let contents: [String]
    /// The size of a file of a cache; nil for others.
    package let bytes: Int?

    init(
        _ kind: Kind, _ subject: Subject, _ location: String, _ problem: String, contents: [String] = [],
        bytes: Int? = nil
    ) {
        (self.kind, self.subject, self.location) = (kind, subject, location)
        (self.problem, self.contents, self.bytes) = (problem, contents, bytes)
    }

    func concerning(_ contents: [String]) -> IntegrityFinding {
        IntegrityFinding(kind, subject, location, problem, contents: contents, bytes: bytes)
    }
}
