package import Plans

/// A batch of a benchmark, in memory of its own.
package final class OwnedBatch: Sendable {
    package let memory: BatchMemory
    private let image: MemoryBlock<Float>
    private let states: MemoryBlock<UInt8>

    /// - Parameter settings: of three dimensions.
    package init(_ settings: LearningSettings, organs: Int) {
        let voxels = settings.batch * settings.patch.reduce(1, *)
        (image, states) = (MemoryBlock(count: voxels), MemoryBlock(count: voxels * organs))
        memory = BatchMemory(
            rows: settings.batch, image: image.values, states: states.values,
            composite: UnsafeMutableBufferPointer(start: nil, count: 0))
    }
}
