internal import Glibc

/// Raw memory with a capacity, 64-byte aligned.
///
/// `@unchecked Sendable`: the creator writes the memory only while it has the only reference, before the value that
/// wraps it is returned; afterwards the memory is only read. A pool reuses it only after `isKnownUniquelyReferenced`
/// has shown that no reader is left, the same guarantee as Array's copy on write.
final class ByteBuffer: @unchecked Sendable {
    let base: UnsafeMutableRawPointer
    let capacity: Int

    init(capacity: Int) {
        self.capacity = max(64, capacity)
        base = .allocate(byteCount: self.capacity, alignment: 64)
    }

    deinit { base.deallocate() }
}

/// Buffers that are reused once nothing else refers to them: fresh pages cost more than the copy that fills them.
struct BufferPool {
    private var buffers: [ByteBuffer] = []
    private static let kept = 2
    /// Larger buffers are not kept: keeping them while the next file is inflated costs more than page faults.
    private static let largestKept = 192 << 20

    /// A buffer of at least `bytes` bytes with undefined contents.
    mutating func take(bytes: Int) -> ByteBuffer {
        guard bytes <= Self.largestKept else { return ByteBuffer(capacity: bytes) }
        for i in buffers.indices where buffers[i].capacity >= bytes && buffers[i].capacity / 2 <= max(bytes, 1 << 20) {
            if isKnownUniquelyReferenced(&buffers[i]) { return buffers[i] }
        }
        if buffers.count >= Self.kept { buffers.removeFirst() }
        let made = ByteBuffer(capacity: bytes)
        buffers.append(made)
        return made
    }
}

/// A shared, immutable run of voxels, x fastest.
public struct VoxelBuffer<Element: BitwiseCopyable & Sendable>: Sendable {
    public let count: Int
    let storage: ByteBuffer
    private let offset: Int

    /// - Parameter offset: bytes of `storage` before the first voxel, a multiple of the element's alignment.
    init(storage: ByteBuffer, offset: Int = 0, count: Int) {
        precondition(offset % MemoryLayout<Element>.alignment == 0)
        precondition(offset + count * MemoryLayout<Element>.stride <= storage.capacity)
        (self.storage, self.offset, self.count) = (storage, offset, count)
    }

    /// Allocates memory that `fill` must write completely.
    public init(count: Int, filling fill: (UnsafeMutableBufferPointer<Element>) throws -> Void) rethrows {
        self.init(storage: ByteBuffer(capacity: count * MemoryLayout<Element>.stride), count: count)
        try fill(UnsafeMutableBufferPointer(start: mutableBase, count: count))
    }

    public init(_ elements: [Element]) {
        self.init(count: elements.count) { _ = $0.initialize(from: elements) }
    }

    var mutableBase: UnsafeMutablePointer<Element> { (storage.base + offset).assumingMemoryBound(to: Element.self) }

    public subscript(index: Int) -> Element {
        precondition(index >= 0 && index < count, "an index below \(count)")
        return mutableBase[index]
    }

    /// Calls `body` with the voxels; the pointer must not escape it.
    @inline(__always)
    public func withVoxels<R>(_ body: (UnsafeBufferPointer<Element>) throws -> R) rethrows -> R {
        try withExtendedLifetime(storage) { try body(UnsafeBufferPointer(start: mutableBase, count: count)) }
    }

    /// Calls `body` with the voxels' bytes in memory order; the pointer must not escape it.
    public func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try withVoxels { try body(UnsafeRawBufferPointer($0)) }
    }
}
