public import Domain

/// Appends bits to zeroed words, lowest bit first.
struct BitWriter {
    let words: UnsafeMutablePointer<UInt64>
    var position: Int

    /// - Precondition: bits above `count` are zero; 1 to 64 bits.
    @inline(__always)
    mutating func append(_ bits: UInt64, _ count: Int) {
        let (word, shift) = (position >> 6, UInt64(position & 63))
        words[word] |= bits << shift
        if Int(shift) + count > 64 { words[word + 1] |= bits >> (64 - shift) }
        position += count
    }
}

/// Reads bits from words, lowest bit first.
struct BitReader {
    let words: UnsafePointer<UInt64>
    var position: Int

    @inline(__always)
    mutating func next(_ count: Int) -> UInt64 {
        let (word, shift) = (position >> 6, UInt64(position & 63))
        var bits = words[word] >> shift
        if Int(shift) + count > 64 { bits |= words[word + 1] << (64 - shift) }
        position += count
        return count == 64 ? bits : bits & ((1 << UInt64(count)) - 1)
    }
}

/// One bit per voxel of a box, x fastest, packed without gaps.
struct PackedBox {
    let box: VoxelBox
    private(set) var words: [UInt64]

    var bitCount: Int { box.shape.count }
    var byteCount: Int { (bitCount + 7) >> 3 }
    var population: Int { words.withUnsafeBufferPointer(\.population) }

    init(box: VoxelBox, words: [UInt64]) { (self.box, self.words) = (box, words) }

    /// Fills each row of the box through `row(y, z, writer)`, which appends exactly one row's bits.
    @inline(__always)
    init(box: VoxelBox, rows row: (Int, Int, inout BitWriter) -> Void) {
        self.box = box
        words = Array(repeating: 0, count: (box.shape.count + 63) >> 6)
        guard !box.isEmpty else { return }
        words.withUnsafeMutableBufferPointer { words in
            var writer = BitWriter(words: words.baseAddress!, position: 0)
            for z in box.lower.z..<box.upper.z {
                for y in box.lower.y..<box.upper.y { row(y, z, &writer) }
            }
        }
    }

    /// The bits of `volume` in `box`.
    init(_ volume: BitVolume, box: VoxelBox) {
        self = volume.words.withUnsafeBufferPointer { source in
            PackedBox(box: box) { y, z, writer in
                var reader = BitReader(
                    words: source.baseAddress!, position: volume.shape.index(box.lower.x, y, z))
                copyBits(box.size.x, &reader, &writer)
            }
        }
    }

    /// A volume that is zero outside the box.
    func volume(_ shape: GridShape) -> BitVolume {
        var out = BitVolume(shape)
        guard !box.isEmpty else { return out }
        words.withUnsafeBufferPointer { packed in
            out.words.withUnsafeMutableBufferPointer { words in
                var reader = BitReader(words: packed.baseAddress!, position: 0)
                for z in box.lower.z..<box.upper.z {
                    for y in box.lower.y..<box.upper.y {
                        var writer = BitWriter(
                            words: words.baseAddress!, position: shape.index(box.lower.x, y, z))
                        copyBits(box.size.x, &reader, &writer)
                    }
                }
            }
        }
        return out
    }
}

@inline(__always)
private func copyBits(_ count: Int, _ reader: inout BitReader, _ writer: inout BitWriter) {
    var left = count
    while left >= 64 {
        writer.append(reader.next(64), 64)
        left -= 64
    }
    if left > 0 { writer.append(reader.next(left), left) }
}

extension BitVolume {
    /// The smallest box around the set voxels; an empty box at the origin where none is set.
    public var boundingBox: VoxelBox {
        var lower = Vector3(repeating: Int.max)
        var upper = Vector3(repeating: 0)
        words.withUnsafeBufferPointer { words in
            guard let base = words.baseAddress else { return }
            for z in 0..<shape.z {
                for y in 0..<shape.y {
                    guard let (first, last) = span(base, shape.index(0, y, z), shape.x) else { continue }
                    lower = Vector3(min(lower.x, first), min(lower.y, y), min(lower.z, z))
                    upper = Vector3(max(upper.x, last + 1), max(upper.y, y + 1), z + 1)
                }
            }
        }
        return upper.z == 0 ? VoxelBox(lower: .zero, upper: .zero) : VoxelBox(lower: lower, upper: upper)
    }

    /// First and last set bit of a row.
    @inline(__always)
    private func span(_ words: UnsafePointer<UInt64>, _ start: Int, _ count: Int) -> (Int, Int)? {
        var reader = BitReader(words: words, position: start)
        var (first, last, x) = (-1, -1, 0)
        while x < count {
            let bits = reader.next(min(64, count - x))
            if bits != 0 {
                if first < 0 { first = x + bits.trailingZeroBitCount }
                last = x + 63 - bits.leadingZeroBitCount
            }
            x += 64
        }
        return first < 0 ? nil : (first, last)
    }
}
