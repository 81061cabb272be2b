internal import CBatches
package import Domain

/// The states of all organs and composite labels of a volume at each of its voxels, as `KnownVoxelRule` gives them: one byte for each
/// voxel and group of channels, which names an entry of the group's palette. The channels are the organs, then the composite labels.
///
/// A volume has few different states, so one group is the rule. Three channels have at most 125 states, so that every volume has such a
/// form.
package struct VoxelStates: Sendable {
    /// Channels that share codes.
    package struct Group: Sendable {
        package let channels: Range<Int>
        /// The number of codes.
        package let used: Int
        /// [channel of the group][256], of which the first `used` entries are codes.
        package let tables: [UInt8]
        /// One for each voxel, x fastest.
        package let codes: SharedBuffer<UInt8>

        package init(channels: Range<Int>, used: Int, tables: [UInt8], codes: SharedBuffer<UInt8>) {
            (self.channels, self.used, self.tables, self.codes) = (channels, used, tables, codes)
        }
    }

    /// Instructions that look codes up.
    package enum Lookup: CaseIterable, Sendable {
        case portable, avx2, avx512

        fileprivate var newest: Int32 {
            switch self {
            case .portable: Int32(CB_PORTABLE)
            case .avx2: Int32(CB_AVX2)
            case .avx512: Int32(CB_AVX512_VBMI)
            }
        }
    }

    package let shape: GridShape
    package let groups: [Group]

    package init(_ shape: GridShape, _ groups: [Group]) { (self.shape, self.groups) = (shape, groups) }

    /// The same with unknown voxels of some channels as negative ones.
    package func takingUnknownForNegative(_ channels: Range<Int>) -> VoxelStates {
        VoxelStates(
            shape,
            groups.map { group in
                var tables = group.tables
                for channel in group.channels.clamped(to: channels) {
                    let first = (channel - group.channels.lowerBound) * StateEncoder.tableSize
                    for i in first..<first + StateEncoder.tableSize where tables[i] == VoxelKnowledge.unknown {
                        tables[i] = VoxelKnowledge.negative
                    }
                }
                return Group(channels: group.channels, used: group.used, tables: tables, codes: group.codes)
            })
    }

    /// Writes the states of some channels in `box`, which may extend beyond the volume; voxels outside it are unknown.
    ///
    /// - Parameters:
    ///   - out: [channel, z, y, x] of the box.
    ///   - lookup: the newest instructions that are used where the processor has them; the result is the same.
    package func fill(
        _ out: UnsafeMutableBufferPointer<UInt8>, channels: Range<Int>, box: VoxelBox, lookup: Lookup = .avx512
    ) {
        precondition(out.count == channels.count * box.shape.count, "one byte per channel and voxel")
        let inside = box.intersection(VoxelBox(shape))
        if inside != box { out.update(repeating: VoxelKnowledge.unknown) }
        guard !inside.isEmpty, let start = out.baseAddress else { return }
        let (from, size) = (inside.lower &- box.lower, inside.size)
        var frame = cb_box(
            x: Int64(size.x), y: Int64(size.y), z: Int64(size.z), row: Int64(shape.x),
            slice: Int64(shape.x * shape.y), out_row: Int64(box.size.x),
            out_slice: Int64(box.size.x * box.size.y), out_channel: Int64(box.shape.count))
        let first = shape.index(inside.lower.x, inside.lower.y, inside.lower.z)
        for group in groups {
            let own = group.channels.clamped(to: channels)
            guard !own.isEmpty else { continue }
            let target =
                (own.lowerBound - channels.lowerBound) * box.shape.count + box.shape.index(from.x, from.y, from.z)
            group.tables.withUnsafeBufferPointer { tables in
                let table = tables.baseAddress! + (own.lowerBound - group.channels.lowerBound) * StateEncoder.tableSize
                group.codes.withValues { codes in
                    cb_expand_states_up_to(
                        lookup.newest, codes.baseAddress! + first, &frame, table, Int32(own.count), Int32(group.used),
                        start + target)
                }
            }
        }
    }
}
