public import Domain

/// Which organs a label file decides: these are annotated where they have voxels and absent where they have none.
public enum LabelScope: Hashable, Sendable {
    /// All that the file's map, table or class names.
    case declared
    /// These of them only.
    case only(Set<OrganKey>)
    /// All of them but these.
    case except(Set<OrganKey>)
    /// Nothing says which: an organ with voxels was annotated, one without stays unlabelled.
    case present

    /// Whether an organ that the file's map names is decided.
    func covers(_ organ: OrganKey, hasVoxels: Bool) -> Bool {
        switch self {
        case .declared: true
        case .only(let organs): organs.contains(organ)
        case .except(let organs): !organs.contains(organ)
        case .present: hasVoxels
        }
    }
}

/// The box within which an annotation is complete, counted in voxels from the patient's front, right and foot, half-open.
public struct AnnotatedCrop: Hashable, Sendable {
    public let front: Range<Int>
    public let right: Range<Int>
    public let foot: Range<Int>

    public init(front: Range<Int>, right: Range<Int>, foot: Range<Int>) {
        (self.front, self.right, self.foot) = (front, right, foot)
    }

    /// The box in canonical (RAS+) voxels: x runs to the right, y to the front, z to the head.
    public func box(in shape: GridShape) -> VoxelBox {
        VoxelBox(
            lower: Vector3(shape.x - right.upperBound, shape.y - front.upperBound, foot.lowerBound),
            upper: Vector3(shape.x - right.lowerBound, shape.y - front.lowerBound, foot.upperBound)
        ).intersection(VoxelBox(shape))
    }
}
