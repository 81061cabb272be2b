package import Domain

/// A contradiction between a new mask and what is recorded of another organ in the volume.
package enum LabelConflict: Hashable, Sendable {
    /// The organ is part of a whole that is recorded as absent.
    case wholeIsAbsent(OrganKey, whole: OrganKey)
    /// Each division of the organ is recorded as absent.
    case divisionsAreAbsent(OrganKey, divisions: [OrganKey])
    /// The organ has no voxel in the whole that it is part of.
    case outsideWhole(OrganKey, whole: OrganKey)
    /// A part of the organ has no voxel in it.
    case partOutside(OrganKey, part: OrganKey)
    /// The mask equals that of an organ that excludes it.
    case identical(OrganKey, other: OrganKey)
    /// The mask shares many voxels with an organ that excludes it.
    case overlap(OrganKey, other: OrganKey, shared: Int, size: Int)
}

extension LabelConflict: CustomStringConvertible {
    package var description: String {
        switch self {
        case .wholeIsAbsent(let organ, let whole):
            "\(organ) is annotated, but \(whole), which it is part of, is recorded as absent"
        case .divisionsAreAbsent(let organ, let divisions):
            "\(organ) is annotated, but \(divisions.map(\.rawValue).joined(separator: " and ")), of which it consists, are "
                + "recorded as absent"
        case .outsideWhole(let organ, let whole):
            "\(organ) is wholly outside \(whole), of which it is a part or a lesion"
        case .partOutside(let organ, let part): "\(part), which is a part or a lesion of \(organ), is wholly outside it"
        case .identical(let organ, let other): "\(organ) has exactly the voxels of \(other), which excludes it"
        case .overlap(let organ, let other, let shared, let size):
            "\(organ) shares \(shared) of its \(size) voxels with \(other), which excludes it"
        }
    }
}
