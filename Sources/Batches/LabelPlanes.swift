internal import Domain

/// The labels of a volume as numbers of planes of bits, so that the rule of known voxels is applied to the combinations of their bits instead
/// of to each voxel.
struct LabelPlanes {
    private(set) var planes: [BitVolume] = []
    private let shape: GridShape
    private var ofExtents: [VoxelBox: Int] = [:]

    /// An `OrganLabel`, or a composite one. Known where all planes of `known` are set.
    enum Label {
        case known(foreground: Int?, known: [Int])
        case pseudo(foreground: Int, known: [Int])
        case unknown
    }

    init(_ shape: GridShape) { self.shape = shape }

    mutating func add(_ label: OrganLabel) -> Label {
        switch label {
        case .known(let foreground, let extent, let known): addKnown(foreground, extent, known)
        case .pseudo(let foreground, let known): .pseudo(foreground: add(foreground), known: add(known))
        case .unknown: .unknown
        }
    }

    mutating func add(_ composite: CompositeLabel) -> Label {
        addKnown(composite.foreground, composite.extent, composite.known)
    }

    private mutating func addKnown(_ foreground: BitVolume?, _ extent: VoxelBox?, _ known: BitVolume?) -> Label {
        .known(foreground: foreground.map { add($0) }, known: add(extent) + add(known))
    }

    private mutating func add(_ plane: BitVolume) -> Int {
        planes.append(plane)
        return planes.count - 1
    }

    private mutating func add(_ known: BitVolume?) -> [Int] { known.map { [add($0)] } ?? [] }

    private mutating func add(_ extent: VoxelBox?) -> [Int] {
        guard let own = extent?.intersection(VoxelBox(shape)), own != VoxelBox(shape) else { return [] }
        if let found = ofExtents[own] { return [found] }
        let plane = add(BitVolume(shape, filling: own))
        ofExtents[own] = plane
        return [plane]
    }
}

extension LabelPlanes.Label {
    /// The label of combinations, each as a voxel.
    func label(in slice: EvidenceSlice) -> OrganLabel {
        switch self {
        case .known(let foreground, let known):
            .known(foreground: foreground.map(slice.bits), known: slice.common(known))
        case .pseudo(let foreground, let known):
            .pseudo(foreground: slice.bits(foreground), known: slice.common(known))
        case .unknown: .unknown
        }
    }

    /// The composite label of combinations, each as a voxel.
    ///
    /// - Parameter parts: as indices of organs.
    func composite(of parts: [Int], in slice: EvidenceSlice) -> CompositeLabel? {
        guard case .known(let foreground, let known) = self else { return nil }
        return CompositeLabel(
            parts: parts, foreground: foreground.map(slice.bits), known: slice.common(known))
    }
}

extension EvidenceSlice {
    /// Where all of some planes are set; nil: everywhere.
    fileprivate func common(_ planes: [Int]) -> BitVolume? {
        guard let first = planes.first else { return nil }
        return planes.dropFirst().reduce(into: bits(first)) { $0.formIntersection(bits($1)) }
    }
}
