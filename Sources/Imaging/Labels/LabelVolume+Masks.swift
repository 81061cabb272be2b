public import Domain

extension LabelVolume {
    /// The voxels with one of `values`, as a mask of the whole volume in canonical order.
    public func mask(of values: Set<Int>) -> BitVolume {
        packed(values).volume(shape)
    }

    /// The smallest box around all voxels of `values`; empty at the origin where there are none.
    public func box(of values: Set<Int>) -> VoxelBox {
        let boxes = regions.filter { values.contains($0.value) }.map(\.box)
        guard let first = boxes.first else { return VoxelBox(lower: .zero, upper: .zero) }
        return boxes.dropFirst().reduce(first) { a, b in
            VoxelBox(lower: a.lower.lowered(to: b.lower), upper: a.upper.raised(to: b.upper))
        }
    }

    /// The voxels with one of the values, within their bounding box.
    func packed(_ wanted: Set<Int>) -> PackedBox {
        let box = wanted.contains(0) ? VoxelBox(shape) : box(of: wanted)
        switch values {
        case .uint8(let buffer):
            let bytes = wanted.compactMap { UInt8(exactly: $0) }
            return buffer.withVoxels { voxels in
                PackedBox(box: box) { y, z, writer in
                    Self.appendRow(voxels.baseAddress! + shape.index(box.lower.x, y, z), box.size.x, bytes, &writer)
                }
            }
        case .int32(let buffer):
            let words = Set(wanted.compactMap { Int32(exactly: $0) })
            return buffer.withVoxels { voxels in
                PackedBox(box: box) { y, z, writer in
                    let row = voxels.baseAddress! + shape.index(box.lower.x, y, z)
                    for x in 0..<box.size.x { writer.append(words.contains(row[x]) ? 1 : 0, 1) }
                }
            }
        }
    }

    /// Eight voxels per step: a byte of `word ^ pattern` is zero where the voxel has the value.
    @inline(__always)
    private static func appendRow(
        _ row: UnsafePointer<UInt8>, _ count: Int, _ values: [UInt8], _ writer: inout BitWriter
    ) {
        var x = 0
        while x + 8 <= count {
            let word = UnsafeRawPointer(row + x).loadUnaligned(as: UInt64.self)
            var found: UInt64 = 0
            for value in values {
                let difference = word ^ (0x0101_0101_0101_0101 &* UInt64(value))
                let low = (difference & 0x7f7f_7f7f_7f7f_7f7f) &+ 0x7f7f_7f7f_7f7f_7f7f
                found |= ~(low | difference | 0x7f7f_7f7f_7f7f_7f7f)
            }
            writer.append(((found >> 7) &* 0x0102_0408_1020_4080) >> 56, 8)
            x += 8
        }
        while x < count {
            writer.append(values.contains(row[x]) ? 1 : 0, 1)
            x += 1
        }
    }
}
