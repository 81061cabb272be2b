/// The bits of one slice: voxel i of it is bit `i & 63` of word `i >> 6`; bits after the last voxel are zero.
public typealias BitPlane = [UInt64]

extension GridShape {
    /// Voxels of one slice.
    public var sliceCount: Int { x * y }
    /// Words of a `BitPlane`.
    public var planeWords: Int { (sliceCount + 63) >> 6 }
}

extension BitVolume {
    /// The voxels of a slice.
    public func slice(_ z: Int) -> BitPlane {
        let (start, count) = (z * shape.sliceCount, shape.sliceCount)
        let (first, shift, last) = (start >> 6, UInt64(start & 63), words.count - 1)
        var plane = BitPlane(words[first..<first + shape.planeWords])
        if shift > 0 {
            for i in plane.indices {
                let next = first + i < last ? words[first + i + 1] << (64 - shift) : 0
                plane[i] = plane[i] >> shift | next
            }
        }
        if count & 63 != 0, let end = plane.indices.last { plane[end] &= 1 << UInt64(count & 63) - 1 }
        return plane
    }

    /// Sets the voxels of a slice that are set in `plane`.
    public mutating func formUnion(_ plane: BitPlane, slice z: Int) {
        let start = z * shape.sliceCount
        let (first, shift) = (start >> 6, UInt64(start & 63))
        for (i, word) in plane.enumerated() where word != 0 {
            words[first + i] |= word << shift
            if shift > 0, word >> (64 - shift) != 0 { words[first + i + 1] |= word >> (64 - shift) }
        }
    }

    /// Clears those of the 64 voxels from `position` on whose bits are set, which are all in the volume.
    public mutating func clear(_ bits: UInt64, from position: Int) {
        let (word, shift) = (position >> 6, UInt64(position & 63))
        words[word] &= ~(bits << shift)
        if shift > 0, bits >> (64 - shift) != 0 { words[word + 1] &= ~(bits >> (64 - shift)) }
    }
}
