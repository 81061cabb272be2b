internal import Domain

/// Voxel count, bounding box and coordinate sums of one label value, accumulated over runs of equal voxels.
struct LabelTally {
    let value: Int
    private(set) var voxels = 0
    private var lower = Vector3(repeating: Int.max)
    private var upper = Vector3(repeating: 0)
    private var sum = Vector3<Int>.zero

    init(value: Int) { self.value = value }

    /// Adds the voxels from `x` to before `end` of row (y, z).
    @inline(__always)
    mutating func add(from x: Int, to end: Int, _ y: Int, _ z: Int) {
        let length = end - x
        voxels += length
        sum.x += length * (x + end - 1) / 2
        sum.y += length * y
        sum.z += length * z
        if x < lower.x { lower.x = x }
        if end > upper.x { upper.x = end }
        if y < lower.y { lower.y = y }
        if y >= upper.y { upper.y = y + 1 }
        if z < lower.z { lower.z = z }
        if z >= upper.z { upper.z = z + 1 }
    }

    func region(_ affine: Affine, _ millilitresPerVoxel: Double) -> LabelRegion {
        let mean = Vector3(Double(sum.x), Double(sum.y), Double(sum.z)) / Double(voxels)
        return LabelRegion(
            value: value, voxels: voxels, box: VoxelBox(lower: lower, upper: upper),
            millilitres: Double(voxels) * millilitresPerVoxel, centroid: affine.world(mean), centre: mean)
    }

    /// Tallies all values other than 0 in one pass over the rows; equal bytes are skipped eight at a time.
    static func tally(bytes: UnsafeBufferPointer<UInt8>, _ shape: GridShape) -> [LabelTally] {
        var tallies = (0..<256).map { LabelTally(value: $0) }
        tallies.withUnsafeMutableBufferPointer { tally in
            for z in 0..<shape.z {
                for y in 0..<shape.y {
                    let row = bytes.baseAddress! + shape.index(0, y, z)
                    var x = 0
                    while x < shape.x {
                        let value = row[x]
                        let end = endOfRun(row, x + 1, shape.x, value)
                        if value != 0 { tally[Int(value)].add(from: x, to: end, y, z) }
                        x = end
                    }
                }
            }
        }
        return tallies.filter { $0.voxels > 0 }
    }

    /// Tallies all values other than 0, ordered by value.
    static func tally(words: UnsafeBufferPointer<Int32>, _ shape: GridShape) -> [LabelTally] {
        var tallies: [Int32: LabelTally] = [:]
        for z in 0..<shape.z {
            for y in 0..<shape.y {
                let row = words.baseAddress! + shape.index(0, y, z)
                var x = 0
                while x < shape.x {
                    let value = row[x]
                    var end = x + 1
                    while end < shape.x && row[end] == value { end += 1 }
                    if value != 0 { tallies[value, default: LabelTally(value: Int(value))].add(from: x, to: end, y, z) }
                    x = end
                }
            }
        }
        return tallies.values.sorted { $0.value < $1.value }
    }

    @inline(__always)
    private static func endOfRun(_ row: UnsafePointer<UInt8>, _ start: Int, _ limit: Int, _ value: UInt8) -> Int {
        let pattern = 0x0101_0101_0101_0101 &* UInt64(value)
        var end = start
        while end + 8 <= limit, UnsafeRawPointer(row + end).loadUnaligned(as: UInt64.self) == pattern { end += 8 }
        while end < limit && row[end] == value { end += 1 }
        return end
    }
}
