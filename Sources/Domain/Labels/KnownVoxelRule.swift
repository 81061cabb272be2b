/// The state of one organ at one voxel, as a byte of a plane.
public enum VoxelKnowledge {
    /// Unknown: contributes no gradient.
    public static let unknown: UInt8 = 0
    /// Known not to be the organ.
    public static let negative: UInt8 = 1
    /// Known to be the organ.
    public static let positive: UInt8 = 2
    /// Added to `negative` or `positive` where a pseudo label is the only evidence.
    public static let pseudo: UInt8 = 4

    /// The state without its evidence: `unknown`, `negative` or `positive`.
    public static func truth(_ state: UInt8) -> UInt8 { state & truthBits }

    /// The bits of a state that its truth is in.
    public static let truthBits: UInt8 = 3
}

/// Determines the voxels that are known for training (INERRANT; `docs/method.md`, section 1).
///
/// In this order, each step filling only voxels that are still unknown: complete labels; the parts of a composite label
/// where it is zero; a whole where one of its parts is positive; certain negatives (a voxel of one organ, for the
/// organs that it excludes); then the same for pseudo labels, which therefore never override an annotation.
public struct KnownVoxelRule: Hashable, Sendable, CustomStringConvertible {
    public let organCount: Int
    /// `excluded[j]`: the organs that a voxel of organ j cannot be.
    private let excluded: [[Int]]
    let wholes: [Pair]

    struct Pair: Hashable, Sendable {
        let part, whole: Int
    }

    /// - Parameters:
    ///   - exclusions: unordered pairs of organs that exclude each other at a voxel.
    ///   - parts: (part, whole), including the transitive pairs: a voxel of the part is also one of the whole.
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

    /// Equal for equal rules.
    public var description: String {
        let exclusions = excluded.map { $0.map(String.init).joined(separator: " ") }.joined(separator: ",")
        return "excluded \(exclusions) parts " + wholes.map { "\($0.part) \($0.whole)" }.joined(separator: ",")
    }

    /// The organs that a voxel of `organ` cannot be, ascending.
    public func excluded(by organ: Int) -> [Int] { excluded[organ] }

    /// Writes the voxels' states in `box`, which may extend beyond the volume; voxels outside it are unknown.
    ///
    /// - Parameters:
    ///   - planes: receives one `VoxelKnowledge` byte per organ and voxel of the box, as [organ, z, y, x].
    ///   - compositePlanes: receives one byte per composite set and voxel, as [set, z, y, x]: 1 where the composite
    ///     label is set, none of its parts is known to be positive and at least one is unknown: the voxels of the loss
    ///     term −log(1 − Π(1 − p)).
    ///   - compositeSets: the parts of the composite labels that have a plane.
    ///   - labels: one per organ, on `shape`.
    ///   - composites: the volume's composite labels, on `shape`.
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
        spread(organs, evidence: 0)
        paintPseudo(labels, organs, grid)
        finish(organs, compositeSets.indices.map { grid.plane($0, of: compositePlanes) }, compositeSets)
    }

    /// Adds what pseudo labels say to states that annotations alone gave, as `fill` does for all together.
    ///
    /// - Parameters:
    ///   - pseudo: of some organs: for each voxel `unknown`, `negative` or `positive`.
    ///   - planes: [organ][voxel].
    ///   - compositePlanes: [set][voxel].
    public func add(
        _ pseudo: [Int: [UInt8]], to planes: inout [[UInt8]], compositePlanes: inout [[UInt8]], compositeSets: [[Int]]
    ) {
        for (organ, states) in pseudo {
            for i in states.indices
            where planes[organ][i] == VoxelKnowledge.unknown && states[i] != VoxelKnowledge.unknown {
                planes[organ][i] = states[i] | VoxelKnowledge.pseudo
            }
        }
        for set in compositePlanes.indices {
            for i in compositePlanes[set].indices where compositePlanes[set][i] == 1 {
                compositePlanes[set][i] = VoxelKnowledge.positive
            }
        }
        Self.withBuffers(&planes) { organs in
            Self.withBuffers(&compositePlanes) { finish(organs, $0, compositeSets) }
        }
    }

    private static func withBuffers(_ planes: inout [[UInt8]], _ body: ([Plane]) -> Void) {
        let count = planes.first?.count ?? 0
        var joined = planes.flatMap { $0 }
        joined.withUnsafeMutableBufferPointer { all in
            body((0..<(count == 0 ? 0 : all.count / count)).map { Plane(rebasing: all[$0 * count..<($0 + 1) * count]) })
        }
        for i in planes.indices { planes[i] = Array(joined[i * count..<(i + 1) * count]) }
    }

    private func finish(_ organs: [Plane], _ composites: [Plane], _ compositeSets: [[Int]]) {
        spread(organs, evidence: VoxelKnowledge.pseudo)
        for (plane, parts) in zip(composites, compositeSets) { settle(plane, parts.map { organs[$0] }) }
    }

    private typealias Plane = UnsafeMutableBufferPointer<UInt8>

    private func paintComplete(_ labels: [OrganLabel], _ organs: [Plane], _ grid: PatchGrid) {
        for organ in 0..<organCount {
            if case .known(let foreground, let extent, let known) = labels[organ] {
                grid.paint(foreground, within: extent, where: known, into: organs[organ])
            }
        }
    }

    private func paintPseudo(_ labels: [OrganLabel], _ organs: [Plane], _ grid: PatchGrid) {
        for organ in 0..<organCount {
            guard case .pseudo(let foreground, let known) = labels[organ] else { continue }
            let plane = organs[organ]
            grid.forEachSet(in: known) { voxel, index in
                if plane[index] == VoxelKnowledge.unknown {
                    let truth = foreground[voxel] ? VoxelKnowledge.positive : VoxelKnowledge.negative
                    plane[index] = truth | VoxelKnowledge.pseudo
                }
            }
        }
    }

    /// Where a composite label is negative, so are its parts; where it is positive, the organs that all its parts
    /// exclude are negative.
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

    /// - Parameter evidence: 0, or `VoxelKnowledge.pseudo` to spread what pseudo labels say.
    private func spread(_ organs: [Plane], evidence: UInt8) {
        let (positive, negative) = (VoxelKnowledge.positive | evidence, VoxelKnowledge.negative | evidence)
        for pair in wholes {
            mark(organs[pair.whole], where: organs[pair.part], is: positive, as: positive)
        }
        for (organ, others) in excluded.enumerated() where organs[organ].contains(positive) {
            for other in others { mark(organs[other], where: organs[organ], is: positive, as: negative) }
        }
    }

    private func mark(_ target: Plane, where source: Plane, is value: UInt8, as mark: UInt8) {
        for i in target.indices where target[i] == VoxelKnowledge.unknown && source[i] == value { target[i] = mark }
    }

    private func settle(_ composite: Plane, _ parts: [Plane]) {
        for i in composite.indices {
            let open =
                composite[i] == VoxelKnowledge.positive
                && !parts.contains { VoxelKnowledge.truth($0[i]) == VoxelKnowledge.positive }
                && parts.contains { $0[i] == VoxelKnowledge.unknown }
            composite[i] = open ? 1 : 0
        }
    }
}

/// A box of voxels relative to a volume; copies bits of the volume to bytes of the box.
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

    /// Writes negative within the extent and positive where `foreground` is set; unchanged where `known` is not set.
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

    /// Calls `body` with the volume's and the box's linear index of every voxel in both that is set (nil: of every
    /// voxel).
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
