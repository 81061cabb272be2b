/// One bit per voxel of a grid, x fastest: bit `i & 63` of word `i >> 6` is voxel `i = shape.index(x, y, z)`.
/// Bits after the last voxel are zero.
public struct BitVolume: Hashable, Sendable {
    public let shape: GridShape
    public var words: [UInt64]

    /// All voxels `value`.
    public init(_ shape: GridShape, repeating value: Bool = false) {
        self.shape = shape
        words = Array(repeating: value ? ~0 : 0, count: (shape.count + 63) >> 6)
        if value { clearTail() }
    }

    /// - Precondition: one word per 64 voxels, rounded up.
    public init(_ shape: GridShape, words: [UInt64]) {
        precondition(words.count == (shape.count + 63) >> 6, "one word per 64 voxels")
        self.shape = shape
        self.words = words
        clearTail()
    }

    /// Sets the voxels of the box that are in the volume.
    public init(_ shape: GridShape, filling box: VoxelBox) {
        self.init(shape)
        let box = box.intersection(VoxelBox(shape))
        guard !box.isEmpty else { return }
        for z in box.lower.z..<box.upper.z {
            for y in box.lower.y..<box.upper.y {
                let start = shape.index(box.lower.x, y, z)
                fill(start..<start + box.size.x)
            }
        }
    }

    @inlinable
    public subscript(index: Int) -> Bool {
        get { words[index >> 6] >> UInt64(index & 63) & 1 == 1 }
        set {
            let bit: UInt64 = 1 << UInt64(index & 63)
            if newValue { words[index >> 6] |= bit } else { words[index >> 6] &= ~bit }
        }
    }

    @inlinable
    public subscript(x: Int, y: Int, z: Int) -> Bool {
        get { self[shape.index(x, y, z)] }
        set { self[shape.index(x, y, z)] = newValue }
    }

    /// Number of set voxels.
    public var population: Int { words.withUnsafeBufferPointer(\.population) }
    public var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    public mutating func formUnion(_ other: BitVolume) { combine(other, |) }
    public mutating func formIntersection(_ other: BitVolume) { combine(other, &) }
    public mutating func subtract(_ other: BitVolume) { combine(other) { $0 & ~$1 } }

    private mutating func fill(_ range: Range<Int>) {
        var position = range.lowerBound
        while position < range.upperBound {
            let offset = position & 63
            let count = min(64 - offset, range.upperBound - position)
            let bits: UInt64 = count == 64 ? ~0 : (1 << UInt64(count)) - 1
            words[position >> 6] |= bits << UInt64(offset)
            position += count
        }
    }

    private mutating func combine(_ other: BitVolume, _ operation: (UInt64, UInt64) -> UInt64) {
        precondition(shape == other.shape, "two bit volumes of equal shape")
        words.withUnsafeMutableBufferPointer { own in
            other.words.withUnsafeBufferPointer { other in
                for i in own.indices { own[i] = operation(own[i], other[i]) }
            }
        }
    }

    private mutating func clearTail() {
        let used = shape.count & 63
        if used != 0, let last = words.indices.last { words[last] &= (1 << UInt64(used)) - 1 }
    }
}
