import Batches
import Domain
import Learning

/// The labels of a volume as codes, slice by slice and voxel by voxel, as plainly as can be.
struct ReferenceCoding {
    struct Group: Equatable {
        let channels: Range<Int>
        /// [code][channel of the group]
        fileprivate(set) var states: [[UInt8]] = []
        fileprivate(set) var codes: [UInt8] = []

        init(_ channels: Range<Int>) { self.channels = channels }
    }

    private(set) var groups: [Group]

    init(_ labels: VolumeLabels, rule: KnownVoxelRule, compositeSets: [[Int]]) {
        let (shape, channels) = (labels.shape, rule.organCount + compositeSets.count)
        groups = [Group(0..<channels)]
        for z in 0..<shape.z {
            let planes = Self.planes(of: labels, z, rule, compositeSets)
            var index = 0
            while index < groups.count {
                var group = groups[index]
                if group.add(planes, voxels: shape.x * shape.y) {
                    groups[index] = group
                    index += 1
                } else {
                    groups.replaceSubrange(index...index, with: groups[index].halves)
                }
            }
        }
    }

    /// [channel][voxel] of a slice.
    private static func planes(
        of labels: VolumeLabels, _ z: Int, _ rule: KnownVoxelRule, _ compositeSets: [[Int]]
    ) -> [[UInt8]] {
        let (shape, slice) = (labels.shape, labels.shape.x * labels.shape.y)
        var organs = [UInt8](repeating: 9, count: rule.organCount * slice)
        var composites = [UInt8](repeating: 9, count: compositeSets.count * slice)
        organs.withUnsafeMutableBufferPointer { organs in
            composites.withUnsafeMutableBufferPointer { composites in
                rule.fill(
                    organs, compositePlanes: composites, compositeSets: compositeSets, labels: labels.labels,
                    composites: labels.composites, shape: shape,
                    box: VoxelBox(lower: Vector3(0, 0, z), upper: Vector3(shape.x, shape.y, z + 1)))
            }
        }
        let all = organs + composites
        return stride(from: 0, to: all.count, by: slice).map { Array(all[$0..<$0 + slice]) }
    }
}

extension ReferenceCoding.Group {
    /// False where there are more than 256 states.
    fileprivate mutating func add(_ planes: [[UInt8]], voxels: Int) -> Bool {
        var known = Dictionary(uniqueKeysWithValues: states.enumerated().map { ($1, $0) })
        for voxel in 0..<voxels {
            let state = channels.map { planes[$0][voxel] }
            if known[state] == nil {
                guard states.count < 256 else { return false }
                known[state] = states.count
                states.append(state)
            }
            codes.append(UInt8(known[state] ?? 0))
        }
        return true
    }

    fileprivate var halves: [Self] {
        let middle = channels.count / 2
        return [0..<middle, middle..<channels.count].map { part in
            var half = Self(channels.lowerBound + part.lowerBound..<channels.lowerBound + part.upperBound)
            for state in states.map({ Array($0[part]) }) where !half.states.contains(state) {
                half.states.append(state)
            }
            half.codes = codes.map { UInt8(half.states.firstIndex(of: Array(states[Int($0)][part])) ?? 0) }
            return half
        }
    }
}

extension ReferenceCoding.Group {
    init(_ group: VoxelStates.Group) {
        self.init(group.channels)
        let count = group.channels.count
        states = (0..<group.used).map { code in (0..<count).map { group.tables[$0 * 256 + code] } }
        codes = group.codes.withValues(Array.init)
    }
}
