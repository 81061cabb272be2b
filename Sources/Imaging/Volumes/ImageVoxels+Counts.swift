public import Domain

extension ImageVoxels {
    /// The number of voxels of a mask that have each whole number of a range; other values are rounded, and clipped to the range.
    ///
    /// - Precondition: one bit of the mask for each voxel.
    public func counts(in mask: BitVolume, of range: ClosedRange<Int>) -> [Int] {
        precondition(mask.shape.count == count, "one bit for each voxel")
        switch self {
        case .int16(let voxels): return voxels.withVoxels { Self.count($0, mask, range) { Double($0) } }
        case .int32(let voxels): return voxels.withVoxels { Self.count($0, mask, range) { Double($0) } }
        case .float32(let voxels): return voxels.withVoxels { Self.count($0, mask, range) { Double($0) } }
        }
    }

    @inline(__always)
    private static func count<T>(
        _ voxels: UnsafeBufferPointer<T>, _ mask: BitVolume, _ range: ClosedRange<Int>, _ value: (T) -> Double
    ) -> [Int] {
        var counts = [Int](repeating: 0, count: range.count)
        let (low, high) = (Double(range.lowerBound), Double(range.upperBound))
        for (word, bits) in mask.words.enumerated() where bits != 0 {
            var rest = bits
            while rest != 0 {
                let number = value(voxels[word << 6 + rest.trailingZeroBitCount])
                counts[Int(min(max(number.rounded(), low), high)) - range.lowerBound] += 1
                rest &= rest - 1
            }
        }
        return counts
    }
}
