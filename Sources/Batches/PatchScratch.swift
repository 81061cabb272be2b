/// Memory for the steps between a volume and a patch, used by one thread; it grows as needed.
package final class PatchScratch {
    private var blocks: [String: MemoryBlock<UInt8>] = [:]

    package init() {}

    /// - Parameter name: of the purpose; what was in the memory of the same name is lost.
    func values<T: BitwiseCopyable>(_ name: String, _ count: Int, of type: T.Type) -> UnsafeMutableBufferPointer<T> {
        let bytes = count * MemoryLayout<T>.stride
        let block = blocks[name].flatMap { $0.values.count >= bytes ? $0 : nil } ?? MemoryBlock(count: bytes)
        blocks[name] = block
        let raw = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(block.values)[..<bytes])
        return raw.bindMemory(to: T.self)
    }
}
