import Batches
import Domain
import Learning
import System
import Testing

/// Coded states are those that the rule of known voxels gives, byte for byte.
@Suite struct VoxelStatesTests {
    private static let shape = GridShape(70, 9, 7)

    /// Labels of every kind, in blobs, or at single voxels, which makes many different states.
    private static func item(organs: Int, isNoise: Bool, seed: UInt64) -> TrainingCase {
        var random = CounterRandom(seed)
        func mask() -> BitVolume {
            guard !isNoise else { return BitVolume(shape) { _, _, _ in random.unit() < 0.5 } }
            let (x, y) = (random.index(below: shape.x), random.index(below: shape.y))
            return BitVolume(shape) { abs($0 - x) < 12 && abs($1 - y) < 4 && $2 > 1 }
        }
        let labels: [OrganLabel] = (0..<organs).map { organ in
            switch organ % 4 {
            case 0: .known(foreground: mask(), extent: VoxelBox(lower: Vector3(3, 0, 1), upper: Vector3(60, 9, 6)))
            case 1: .pseudo(foreground: mask(), known: mask())
            case 2: .known(foreground: mask(), extent: nil, known: mask())
            default: .unknown
            }
        }
        return TrainingCase(
            volume: VolumeID(1), shape: shape, spacing: .one,
            image: IntensityVoxels(Array(repeating: 0, count: shape.count)), normalisation: .hounsfield, labels: labels,
            composites: organs > 3 ? [CompositeLabel(parts: [1, 3], foreground: mask(), extent: nil)] : [])
    }

    private static let boxes = [
        VoxelBox(shape), VoxelBox(lower: Vector3(5, 2, 1), upper: Vector3(69, 6, 4)),
        VoxelBox(lower: Vector3(-3, -2, -1), upper: Vector3(40, 5, 3)),
        VoxelBox(lower: Vector3(60, 7, 5), upper: Vector3(75, 12, 9)),
        VoxelBox(lower: Vector3(80, 0, 0), upper: Vector3(84, 4, 4)),
    ]

    @Test(arguments: [1, 3, 7, 24], [false, true])
    func boxesAreThoseOfTheRule(organs: Int, isNoise: Bool) throws {
        let item = Self.item(organs: organs, isNoise: isNoise, seed: UInt64(organs))
        let rule = KnownVoxelRule(
            organCount: organs, exclusions: organs > 4 ? [(0, 1), (2, 4), (1, 5)] : [],
            parts: organs > 6 ? [(6, 5)] : [])
        let sets = TrainingData.compositeSets(of: [item])
        let states = try TrainingLabels(item, rule: rule, compositeSets: sets).states
        #expect((states.groups.count > 1) == (isNoise && organs > 7), "only many states need several groups")
        for box in Self.boxes {
            var organPlanes = [UInt8](repeating: 9, count: organs * box.shape.count)
            var compositePlanes = [UInt8](repeating: 9, count: sets.count * box.shape.count)
            organPlanes.withUnsafeMutableBufferPointer { organPlanes in
                compositePlanes.withUnsafeMutableBufferPointer {
                    rule.fill(
                        organPlanes, compositePlanes: $0, compositeSets: sets, labels: item.labels,
                        composites: item.composites, shape: item.shape, box: box)
                }
            }
            #expect(states.bytes(0..<organs, box) == organPlanes)
            #expect(states.bytes(organs..<organs + sets.count, box) == compositePlanes)
            #expect(states.bytes(0..<organs, box, maximumCodes: 256) == organPlanes, "with the tables of any size")
        }
    }

    /// Rows shorter and longer than the processor's blocks, of one code and of many.
    @Test(arguments: [1, 2, 64, 65, 128, 129, 256], [1, 31, 32, 63, 64, 65, 200])
    func everyProcessorLooksUpTheSame(used: Int, length: Int) {
        var random = CounterRandom(UInt64(used), UInt64(length))
        let shape = GridShape(length, 4, 1)
        let codes = (0..<shape.count).map { UInt8($0 < length ? used - 1 : random.index(below: used)) }
        let tables = (0..<3 * 256).map { _ in UInt8(random.index(below: 7)) }
        let states = VoxelStates(
            shape, [.init(channels: 0..<3, used: used, tables: tables, codes: SharedBuffer(codes))])
        let expected = (0..<3).flatMap { channel in codes.map { tables[channel * 256 + Int($0)] } }
        for lookup in VoxelStates.Lookup.allCases {
            #expect(states.bytes(0..<3, VoxelBox(shape), lookup: lookup) == expected, "\(lookup)")
        }
    }

    @Test func anOrganWithoutALabelCountsAsAbsentOnRequest() throws {
        let item = Self.item(organs: 4, isNoise: false, seed: 5)
        let rule = KnownVoxelRule(organCount: 4, exclusions: [])
        let open = try TrainingLabels(item, rule: rule).states.bytes(0..<4, Self.boxes[2])
        let closed = try TrainingLabels(item, rule: rule).states.takingUnknownForNegative(0..<4).bytes(
            0..<4, Self.boxes[2])
        let box = Self.boxes[2]
        for i in open.indices {
            let (x, y, z) = (i % box.size.x - 3, i / box.size.x % box.size.y - 2, i / 301 % box.size.z - 1)
            let isInside = x >= 0 && y >= 0 && z >= 0
            #expect(closed[i] == (isInside && open[i] == VoxelKnowledge.unknown ? VoxelKnowledge.negative : open[i]))
        }
    }
}

extension VoxelStates {
    /// - Parameter maximumCodes: as if so many codes were in use; nil: as many as there are.
    fileprivate func bytes(
        _ channels: Range<Int>, _ box: VoxelBox, maximumCodes: Int? = nil,
        lookup: VoxelStates.Lookup = .avx512
    ) -> [UInt8] {
        let states = VoxelStates(
            shape,
            groups.map {
                Group(channels: $0.channels, used: maximumCodes ?? $0.used, tables: $0.tables, codes: $0.codes)
            })
        var out = [UInt8](repeating: 9, count: channels.count * box.shape.count)
        out.withUnsafeMutableBufferPointer { states.fill($0, channels: channels, box: box, lookup: lookup) }
        return out
    }
}
