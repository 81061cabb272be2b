internal import Domain

// All code that runs once per voxel of a file is in this file: debug builds optimise one file at a time, and do not
// specialise a generic that is called from another file.

/// A number as a NIfTI file stores it.
protocol StoredScalar: BitwiseCopyable, Comparable {
    static var isWhole: Bool { get }
    var real: Double { get }
}

extension UInt8: StoredScalar {}
extension Int8: StoredScalar {}
extension UInt16: StoredScalar {}
extension Int16: StoredScalar {}
extension UInt32: StoredScalar {}
extension Int32: StoredScalar {}
extension UInt64: StoredScalar {}
extension Int64: StoredScalar {}
extension Float: StoredScalar {}
extension Double: StoredScalar {}

extension StoredScalar where Self: BinaryInteger {
    static var isWhole: Bool { true }
    @inline(__always) var real: Double { Double(self) }
}

extension StoredScalar where Self: BinaryFloatingPoint {
    static var isWhole: Bool { false }
    @inline(__always) var real: Double { Double(self) }
}

/// The result of one pass over the scaled values.
struct VoxelScan {
    var minimum = Double.infinity
    var maximum = -Double.infinity
    var notFinite = 0
    /// Whether every value is within `wholeTolerance` of a whole number.
    var isWhole = true
    /// A few distinct values that are not, for the message.
    var fractional: [Double] = []

    static let wholeTolerance = 1e-3
    /// The range of float32; values beyond count as infinite, and NaN compares false.
    static let largest = Double(Float.greatestFiniteMagnitude)
    static let namedValues = 5

    /// Whether the type represents every value after rounding to whole numbers.
    func fits<T: FixedWidthInteger>(_: T.Type) -> Bool {
        isWhole && minimum.rounded(.toNearestOrEven) >= Double(T.min)
            && maximum.rounded(.toNearestOrEven) <= Double(T.max)
    }
}

extension StoredImage {
    /// Scans all scaled values for range, finiteness and whole numbers.
    func scan() -> VoxelScan {
        switch facts.header.type {
        case .uint8: scan(UInt8.self)
        case .int8: scan(Int8.self)
        case .uint16: scan(UInt16.self)
        case .int16: scan(Int16.self)
        case .uint32: scan(UInt32.self)
        case .int32: scan(Int32.self)
        case .uint64: scan(UInt64.self)
        case .int64: scan(Int64.self)
        case .float32: scan(Float.self)
        case .float64: scan(Double.self)
        }
    }

    /// Copies into canonical order as rounded whole numbers.
    /// - Precondition: `scan` has shown that they fit.
    func gatherWhole(into target: UnsafeMutablePointer<UInt8>) { gatherRounded(into: target) }
    func gatherWhole(into target: UnsafeMutablePointer<Int16>) { gatherRounded(into: target) }
    func gatherWhole(into target: UnsafeMutablePointer<Int32>) { gatherRounded(into: target) }

    @inline(__always)
    private func gatherRounded<T: FixedWidthInteger & BitwiseCopyable>(into target: UnsafeMutablePointer<T>) {
        switch facts.header.type {
        case .uint8: gatherInteger(UInt8.self, target)
        case .int8: gatherInteger(Int8.self, target)
        case .uint16: gatherInteger(UInt16.self, target)
        case .int16: gatherInteger(Int16.self, target)
        case .uint32: gatherInteger(UInt32.self, target)
        case .int32: gatherInteger(Int32.self, target)
        case .uint64: gatherInteger(UInt64.self, target)
        case .int64: gatherInteger(Int64.self, target)
        case .float32: gatherReal(Float.self, target) { T($0.rounded(.toNearestOrEven)) }
        case .float64: gatherReal(Double.self, target) { T($0.rounded(.toNearestOrEven)) }
        }
    }

    /// Copies into canonical order as float32; negative zero becomes zero so that equal values have equal bits.
    func gatherFloat(into target: UnsafeMutablePointer<Float>) {
        switch facts.header.type {
        case .uint8: gatherReal(UInt8.self, target) { Float($0) + 0 }
        case .int8: gatherReal(Int8.self, target) { Float($0) + 0 }
        case .uint16: gatherReal(UInt16.self, target) { Float($0) + 0 }
        case .int16: gatherReal(Int16.self, target) { Float($0) + 0 }
        case .uint32: gatherReal(UInt32.self, target) { Float($0) + 0 }
        case .int32: gatherReal(Int32.self, target) { Float($0) + 0 }
        case .uint64: gatherReal(UInt64.self, target) { Float($0) + 0 }
        case .int64: gatherReal(Int64.self, target) { Float($0) + 0 }
        case .float32: gatherReal(Float.self, target) { Float($0) + 0 }
        case .float64: gatherReal(Double.self, target) { Float($0) + 0 }
        }
    }

    @inline(__always)
    private func gatherInteger<S: StoredScalar & FixedWidthInteger, T: FixedWidthInteger & BitwiseCopyable>(
        _: S.Type, _ target: UnsafeMutablePointer<T>
    ) {
        if facts.header.isScaled {
            gatherReal(S.self, target) { T($0.rounded(.toNearestOrEven)) }
        } else {
            grid.orientation.walk(grid.shape).gather(voxels.baseAddress!, into: target) { (value: S) in
                T(truncatingIfNeeded: value)
            }
        }
    }

    @inline(__always)
    private func gatherReal<S: StoredScalar, T>(
        _: S.Type, _ target: UnsafeMutablePointer<T>, _ convert: (Double) -> T
    ) {
        let walk = grid.orientation.walk(grid.shape)
        let (slope, intercept) = (facts.header.slope, facts.header.intercept)
        if facts.header.isScaled {
            walk.gather(voxels.baseAddress!, into: target) { (value: S) in convert(value.real * slope + intercept) }
        } else {
            walk.gather(voxels.baseAddress!, into: target) { (value: S) in convert(value.real) }
        }
    }

    private func scan<S: StoredScalar>(_: S.Type) -> VoxelScan {
        let (base, count) = (voxels.baseAddress!, grid.shape.count)
        if S.isWhole && !facts.header.isScaled { return scanRange(S.self, base, count) }
        var scan = VoxelScan()
        let scaled = facts.header.isScaled
        let (slope, intercept) = (scaled ? facts.header.slope : 1, scaled ? facts.header.intercept : 0)
        for i in 0..<count {
            let value = (base + i * MemoryLayout<S>.size).loadUnaligned(as: S.self).real * slope + intercept
            guard abs(value) <= VoxelScan.largest else {
                scan.notFinite += 1
                continue
            }
            scan.minimum = min(scan.minimum, value)
            scan.maximum = max(scan.maximum, value)
            if abs(value - value.rounded(.toNearestOrEven)) > VoxelScan.wholeTolerance { scan.noteFraction(value) }
        }
        return scan
    }

    private func scanRange<S: StoredScalar>(_: S.Type, _ base: UnsafeRawPointer, _ count: Int) -> VoxelScan {
        var low = base.loadUnaligned(as: S.self)
        var high = low
        for i in 1..<max(1, count) {
            let value = (base + i * MemoryLayout<S>.size).loadUnaligned(as: S.self)
            low = value < low ? value : low
            high = value > high ? value : high
        }
        var scan = VoxelScan()
        (scan.minimum, scan.maximum) = (low.real, high.real)
        return scan
    }
}

extension VoxelScan {
    @inline(never)
    fileprivate mutating func noteFraction(_ value: Double) {
        isWhole = false
        if fractional.count < Self.namedValues && !fractional.contains(value) { fractional.append(value) }
    }
}

extension VoxelWalk {
    /// Copies a stored array into canonical order, x fastest, converting each value.
    @inline(__always)
    fileprivate func gather<Source: BitwiseCopyable, Target>(
        _ source: UnsafeRawPointer, into target: UnsafeMutablePointer<Target>, _ convert: (Source) -> Target
    ) {
        let size = MemoryLayout<Source>.size
        if steps.x == 1 || steps.x == -1 {
            for z in 0..<shape.z {
                for y in 0..<shape.y {
                    let row = source + (base + y * steps.y + z * steps.z) * size
                    let out = target + shape.index(0, y, z)
                    if steps.x == 1 {
                        for x in 0..<shape.x { out[x] = convert((row + x * size).loadUnaligned(as: Source.self)) }
                    } else {
                        for x in 0..<shape.x { out[x] = convert((row - x * size).loadUnaligned(as: Source.self)) }
                    }
                }
            }
        } else {
            gatherTransposed(source, into: target, convert)
        }
    }

    /// For stored rows along y or z: tiles of 32 keep source and target in the cache.
    @inline(__always)
    private func gatherTransposed<Source: BitwiseCopyable, Target>(
        _ source: UnsafeRawPointer, into target: UnsafeMutablePointer<Target>, _ convert: (Source) -> Target
    ) {
        let (size, tile) = (MemoryLayout<Source>.size, 32)
        let alongY = abs(steps.y) == 1
        let (rows, slices) = alongY ? (shape.y, shape.z) : (shape.z, shape.y)
        let (rowStep, sliceStep) = alongY ? (steps.y, steps.z) : (steps.z, steps.y)
        let (rowOut, sliceOut) = alongY ? (shape.x, shape.x * shape.y) : (shape.x * shape.y, shape.x)
        for slice in 0..<slices {
            for firstRow in stride(from: 0, to: rows, by: tile) {
                for firstX in stride(from: 0, to: shape.x, by: tile) {
                    for row in firstRow..<min(rows, firstRow + tile) {
                        let out = target + slice * sliceOut + row * rowOut
                        let start = base + slice * sliceStep + row * rowStep
                        for x in firstX..<min(shape.x, firstX + tile) {
                            let from = source + (start + x * steps.x) * size
                            out[x] = convert(from.loadUnaligned(as: Source.self))
                        }
                    }
                }
            }
        }
    }

    /// Copies elements of 1, 2 or 4 bytes.
    func permute(_ source: UnsafeRawPointer, into target: UnsafeMutableRawPointer, elementSize: Int) {
        switch elementSize {
        case 1: gather(source, into: target.assumingMemoryBound(to: UInt8.self)) { (v: UInt8) in v }
        case 2: gather(source, into: target.assumingMemoryBound(to: UInt16.self)) { (v: UInt16) in v }
        case 4: gather(source, into: target.assumingMemoryBound(to: UInt32.self)) { (v: UInt32) in v }
        default: preconditionFailure("elements of 1, 2 or 4 bytes")
        }
    }
}
