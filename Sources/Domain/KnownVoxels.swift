/// What is known of one organ in one volume, on the volume's grid.
public enum OrganLabel: Hashable, Sendable {
    /// Annotated, or examined and absent (`foreground` nil). Complete within `extent` (nil: everywhere) where `known` is
    /// set (nil: everywhere), unknown outside.
    case known(foreground: BitVolume?, extent: VoxelBox? = nil, known: BitVolume? = nil)
    /// A model's mask, accepted only where the validity mask `known` is set (nil: everywhere). Never overrules an annotation.
    case pseudo(foreground: BitVolume, known: BitVolume?)
    /// Unlabelled.
    case unknown
}

/// A composite label ("kidneys"): evidence for its parts together.
public struct CompositeLabel: Hashable, Sendable {
    /// Indices of the organs that it consists of.
    public let parts: [Int]
    /// nil: examined, and none of the parts is present.
    public let foreground: BitVolume?
    /// Complete within the box (nil: everywhere).
    public let extent: VoxelBox?
    /// Complete where it is set (nil: everywhere).
    public let known: BitVolume?

    public init(parts: [Int], foreground: BitVolume?, extent: VoxelBox? = nil, known: BitVolume? = nil) {
        (self.parts, self.foreground, self.extent, self.known) = (parts, foreground, extent, known)
    }
}

/// What is known of one organ at one voxel, as a byte of a plane.
public enum VoxelKnowledge {
    /// The truth is unknown; the voxel contributes no gradient.
    public static let unknown: UInt8 = 0
    /// Known not to be the organ.
    public static let negative: UInt8 = 1
    /// Known to be the organ.
    public static let positive: UInt8 = 2
}

/// The rule that decides which voxels are known (INERRANT; `docs/method.md`, section 1).
///
/// In order, each step filling only what is still unknown: complete labels; parts where a composite label is zero; positives
/// of a part for its whole; known negatives (a voxel of one organ, for the organs that it excludes); then the same for
/// pseudo labels, which therefore never overrule an annotation.
public struct KnownVoxelRule: Hashable, Sendable {
    public let organCount: Int
    /// `excluded[j]`: the organs that a voxel of organ j cannot be.
    private let excluded: [[Int]]
    private let wholes: [Pair]

    private struct Pair: Hashable, Sendable {
        let part, whole: Int
    }

    /// - Parameters:
    ///   - exclusions: pairs of organs of which a voxel is at most one; the order within a pair does not matter.
    ///   - parts: (part, whole): a voxel of the part is one of the whole. Parts before the parts of parts.
    public init(organCount: Int, exclusions: [(Int, Int)], parts: [(part: Int, whole: Int)] = []) {
        var excluded = Array(repeating: Set<Int>(), count: organCount)
        for (a, b) in exclusions where a != b {
            excluded[a].insert(b)
            excluded[b].insert(a)
        }
        self.organCount = organCount
        self.excluded = excluded.map { $0.sorted() }
        wholes = parts.map { Pair(part: $0.part, whole: $0.whole) }
    }

    /// The organs that a voxel of `organ` cannot be, ascending.
    public func excluded(by organ: Int) -> [Int] { excluded[organ] }

    /// Writes what is known in `box`, which may extend beyond the volume; everything there stays unknown.
    ///
    /// - Parameters:
    ///   - labels: one per organ, on `shape`.
    ///   - compositeSets: the composite labels that have a plane, by their parts.
    ///   - planes: one byte per organ and voxel of the box ([organ, z, y, x]), `VoxelKnowledge`.
    ///   - compositePlanes: one byte per composite label and voxel ([set, z, y, x]): 1 where the label is set, none of its parts is
    ///     known to be present and at least one may be: the voxels of the term −log(1 − Π(1 − p)).
    public func fill(
        _ planes: UnsafeMutableBufferPointer<UInt8>, compositePlanes: UnsafeMutableBufferPointer<UInt8>,
        compositeSets: [[Int]] = [], labels: [OrganLabel], composites: [CompositeLabel] = [], shape: GridShape,
        box: VoxelBox
    ) {
        precondition(labels.count == organCount, "one label per organ")
        let grid = PatchGrid(shape: shape, box: box)
        precondition(
            planes.count == organCount * grid.count && compositePlanes.count == compositeSets.count * grid.count)
        planes.update(repeating: VoxelKnowledge.unknown)
        compositePlanes.update(repeating: VoxelKnowledge.unknown)
        let organs = (0..<organCount).map { grid.plane($0, of: planes) }
        paintComplete(labels, organs, grid)
        for composite in composites {
            guard let set = compositeSets.firstIndex(of: composite.parts) else { continue }
            paint(composite, grid.plane(set, of: compositePlanes), organs, grid)
        }
        spread(organs)
        paintPseudo(labels, organs, grid)
        spread(organs)
        for (set, parts) in compositeSets.enumerated() {
            settle(grid.plane(set, of: compositePlanes), parts.map { organs[$0] })
        }
    }

    private typealias Plane = UnsafeMutableBufferPointer<UInt8>

    private func paintComplete(_ labels: [OrganLabel], _ organs: [Plane], _ grid: PatchGrid) {
        for (label, plane) in zip(labels, organs) {
            if case .known(let foreground, let extent, let known) = label {
                grid.paint(foreground, within: extent, where: known, into: plane)
            }
        }
    }

    private func paintPseudo(_ labels: [OrganLabel], _ organs: [Plane], _ grid: PatchGrid) {
        for (label, plane) in zip(labels, organs) {
            guard case .pseudo(let foreground, let known) = label else { continue }
            grid.forEachSet(in: known) { voxel, index in
                if plane[index] == VoxelKnowledge.unknown {
                    plane[index] = foreground[voxel] ? VoxelKnowledge.positive : VoxelKnowledge.negative
                }
            }
        }
    }

    /// Zeros of a composite label are zeros of its parts; its voxels are negatives of every organ that all its parts exclude.
    private func paint(_ composite: CompositeLabel, _ plane: Plane, _ organs: [Plane], _ grid: PatchGrid) {
        grid.paint(composite.foreground, within: composite.extent, where: composite.known, into: plane)
        for part in composite.parts {
            mark(organs[part], where: plane, is: VoxelKnowledge.negative, as: VoxelKnowledge.negative)
        }
        for organ in 0..<organCount
        where !composite.parts.contains(organ) && composite.parts.allSatisfy({ excluded[$0].contains(organ) }) {
            mark(organs[organ], where: plane, is: VoxelKnowledge.positive, as: VoxelKnowledge.negative)
        }
    }

    private func spread(_ organs: [Plane]) {
        for pair in wholes {
            mark(organs[pair.whole], where: organs[pair.part], is: VoxelKnowledge.positive, as: VoxelKnowledge.positive)
        }
        for (organ, others) in excluded.enumerated() where organs[organ].contains(VoxelKnowledge.positive) {
            for other in others {
                mark(organs[other], where: organs[organ], is: VoxelKnowledge.positive, as: VoxelKnowledge.negative)
            }
        }
    }

    private func mark(_ target: Plane, where source: Plane, is value: UInt8, as mark: UInt8) {
        for i in target.indices where target[i] == VoxelKnowledge.unknown && source[i] == value { target[i] = mark }
    }

    private func settle(_ composite: Plane, _ parts: [Plane]) {
        for i in composite.indices {
            let open =
                composite[i] == VoxelKnowledge.positive
                && !parts.contains { $0[i] == VoxelKnowledge.positive }
                && parts.contains { $0[i] == VoxelKnowledge.unknown }
            composite[i] = open ? 1 : 0
        }
    }
}

/// A box of voxels in a volume, and the mapping from bits of the volume to bytes of the box.
struct PatchGrid {
    let shape: GridShape
    let box: VoxelBox
    private let inside: VoxelBox

    init(shape: GridShape, box: VoxelBox) {
        (self.shape, self.box) = (shape, box)
        inside = box.intersection(VoxelBox(shape))
    }

    private init(shape: GridShape, box: VoxelBox, inside: VoxelBox) {
        (self.shape, self.box, self.inside) = (shape, box, inside)
    }

    var count: Int { box.shape.count }

    func plane(_ i: Int, of planes: UnsafeMutableBufferPointer<UInt8>) -> UnsafeMutableBufferPointer<UInt8> {
        UnsafeMutableBufferPointer(rebasing: planes[i * count..<(i + 1) * count])
    }

    /// Negative within the extent, positive where `foreground` is set; untouched where `known` is not.
    func paint(
        _ foreground: BitVolume?, within extent: VoxelBox?, where known: BitVolume? = nil,
        into plane: UnsafeMutableBufferPointer<UInt8>
    ) {
        if let known {
            let region = extent.map(inside.intersection) ?? inside
            return PatchGrid(shape: shape, box: box, inside: region).forEachSet(in: known) { voxel, index in
                plane[index] = foreground?[voxel] == true ? VoxelKnowledge.positive : VoxelKnowledge.negative
            }
        }
        let region = extent.map(inside.intersection) ?? inside
        forEachRow(of: region) { voxel, index, length in
            UnsafeMutableBufferPointer(rebasing: plane[index..<index + length]).update(
                repeating: VoxelKnowledge.negative)
            guard let foreground else { return }
            Self.forEachSet(in: foreground.words, from: voxel, count: length) {
                plane[index + $0] = VoxelKnowledge.positive
            }
        }
    }

    /// Calls `body` with the volume's and the box's index of every voxel inside that is set (nil: of every voxel).
    func forEachSet(in bits: BitVolume?, _ body: (_ voxel: Int, _ index: Int) -> Void) {
        forEachRow(of: inside) { voxel, index, length in
            guard let bits else {
                for i in 0..<length { body(voxel + i, index + i) }
                return
            }
            Self.forEachSet(in: bits.words, from: voxel, count: length) { body(voxel + $0, index + $0) }
        }
    }

    private func forEachRow(of region: VoxelBox, _ body: (_ voxel: Int, _ index: Int, _ length: Int) -> Void) {
        guard !region.isEmpty else { return }
        let length = region.size.x
        for z in region.lower.z..<region.upper.z {
            for y in region.lower.y..<region.upper.y {
                let local = Vector3(region.lower.x, y, z) &- box.lower
                body(shape.index(region.lower.x, y, z), box.shape.index(local.x, local.y, local.z), length)
            }
        }
    }

    private static func forEachSet(in words: [UInt64], from start: Int, count: Int, _ body: (Int) -> Void) {
        var position = start
        let end = start + count
        while position < end {
            let offset = position & 63
            let taken = min(64 - offset, end - position)
            var word = words[position >> 6] >> UInt64(offset)
            if taken < 64 { word &= (1 << UInt64(taken)) - 1 }
            while word != 0 {
                body(position - start + word.trailingZeroBitCount)
                word &= word - 1
            }
            position += taken
        }
    }
}
