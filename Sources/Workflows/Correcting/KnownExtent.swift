internal import Catalog
internal import Domain

/// How much of a volume a label covers.
package struct KnownExtent: Hashable, Sendable {
    /// Whether the organ is unknown in a part of the volume.
    package let isPartial: Bool
    /// Voxels in which the organ is known.
    package let voxels: Int

    /// - Parameter content: nil for an absence, which covers the whole volume.
    init(_ content: AnnotationContent?, shape: GridShape) {
        isPartial = content?.extent != nil
        voxels = content?.mask.knownVoxels ?? content?.extent?.shape.count ?? shape.count
    }
}
