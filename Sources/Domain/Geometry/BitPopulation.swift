extension UnsafeBufferPointer<UInt64> {
    /// Number of set bits.
    public var population: Int {
        guard let base = baseAddress else { return 0 }
        var sums = BitSums()
        let blocks = count / BitSums.words
        for block in 0..<blocks { sums.add(UnsafeRawPointer(base + block * BitSums.words)) }
        return self[(blocks * BitSums.words)...].reduce(sums.total) { $0 + $1.nonzeroBitCount }
    }
}

/// Counts bits by adders of whole words: of sixteen words one is counted, and the sums of lower weights are kept (R. Harley and D. Seal;
/// H. S. Warren, Hacker's Delight, 2nd edition, section 5-1).
private struct BitSums {
    typealias Lanes = SIMD2<UInt64>
    /// Words of a block.
    static let words = 16 * Lanes.scalarCount

    private var (ones, twos, fours, eights) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
    private var sixteens = 0

    var total: Int {
        16 * sixteens + 8 * Self.count(eights) + 4 * Self.count(fours) + 2 * Self.count(twos) + Self.count(ones)
    }

    @inline(__always) mutating func add(_ block: UnsafeRawPointer) {
        let (one, other) = (addEight(block, 0), addEight(block, 8))
        sixteens += Self.count(Self.carry(&eights, one, other))
    }

    @inline(__always) private mutating func addEight(_ block: UnsafeRawPointer, _ first: Int) -> Lanes {
        let (one, other) = (addFour(block, first), addFour(block, first + 4))
        return Self.carry(&fours, one, other)
    }

    @inline(__always) private mutating func addFour(_ block: UnsafeRawPointer, _ first: Int) -> Lanes {
        let (one, other) = (addTwo(block, first), addTwo(block, first + 2))
        return Self.carry(&twos, one, other)
    }

    @inline(__always) private mutating func addTwo(_ block: UnsafeRawPointer, _ first: Int) -> Lanes {
        let size = MemoryLayout<Lanes>.size
        return Self.carry(
            &ones, block.loadUnaligned(fromByteOffset: first * size, as: Lanes.self),
            block.loadUnaligned(fromByteOffset: (first + 1) * size, as: Lanes.self))
    }

    /// Adds two bits to a sum at each place, and returns what is twice as much.
    @inline(__always) private static func carry(_ sum: inout Lanes, _ one: Lanes, _ other: Lanes) -> Lanes {
        let half = sum ^ one
        let carry = (sum & one) | (half & other)
        sum = half ^ other
        return carry
    }

    @inline(__always) private static func count(_ lanes: Lanes) -> Int {
        lanes[0].nonzeroBitCount + lanes[1].nonzeroBitCount
    }
}
