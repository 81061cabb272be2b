/// Range and distribution of an image's values.
public struct ImageStatistics: Sendable {
    public let minimum: Double
    public let maximum: Double
    /// Share of voxels from −1100 to −900, 0 to 1.
    public let airShare: Double
    /// Number of voxels per int16 value, from −32768 upwards; nil for other voxel types.
    public let histogram: [Int]?

    /// Whether fewer than a thousandth of the voxels are near −1000: such a CT has probably lost its intercept or unit.
    public var lacksAir: Bool { airShare < 0.001 }

    init(_ voxels: ImageVoxels) {
        switch voxels {
        case .int16(let buffer):
            let counts = buffer.withVoxels(Self.count)
            histogram = counts
            minimum = Double((counts.firstIndex { $0 > 0 } ?? 0) - 32768)
            maximum = Double((counts.lastIndex { $0 > 0 } ?? 0) - 32768)
            let air = counts[(32768 - 1100)...(32768 - 900)].reduce(0, +)
            airShare = Double(air) / Double(max(1, buffer.count))
        case .int32(let buffer):
            (minimum, maximum, airShare, histogram) = buffer.withVoxels { Self.range($0) { Double($0) } }
        case .float32(let buffer):
            (minimum, maximum, airShare, histogram) = buffer.withVoxels { Self.range($0) { Double($0) } }
        }
    }

    @inline(__always)
    private static func range<T>(_ voxels: UnsafeBufferPointer<T>, _ value: (T) -> Double) -> (
        Double, Double, Double, [Int]?
    ) {
        var (low, high, air) = (Double.infinity, -Double.infinity, 0)
        for voxel in voxels {
            let v = value(voxel)
            low = min(low, v)
            high = max(high, v)
            if v >= -1100 && v <= -900 { air += 1 }
        }
        return (low, high, Double(air) / Double(max(1, voxels.count)), nil)
    }

    /// Uses four tables, so that increments of equal neighbours do not depend on each other.
    private static func count(_ voxels: UnsafeBufferPointer<Int16>) -> [Int] {
        var tables = [UInt32](repeating: 0, count: 4 << 16)
        tables.withUnsafeMutableBufferPointer { table in
            let quads = voxels.count >> 2
            let (base, raw) = (table.baseAddress!, UnsafeRawPointer(voxels.baseAddress!))
            for i in 0..<quads {
                let word = (raw + i * 8).loadUnaligned(as: UInt64.self)
                base[Int(word & 0xffff)] &+= 1
                base[Int(word >> 16 & 0xffff) + (1 << 16)] &+= 1
                base[Int(word >> 32 & 0xffff) + (2 << 16)] &+= 1
                base[Int(word >> 48) + (3 << 16)] &+= 1
            }
            for i in quads << 2..<voxels.count { base[Int(UInt16(bitPattern: voxels[i]))] &+= 1 }
        }
        return (0..<1 << 16).map { bin in
            let i = bin ^ 0x8000
            return Int(tables[i]) + Int(tables[i + 1 << 16]) + Int(tables[i + 2 << 16]) + Int(tables[i + 3 << 16])
        }
    }
}
