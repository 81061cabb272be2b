internal import Batches
internal import Domain
internal import Plans
internal import System

/// Batches of mapped volumes. Several threads may fill different memory at the same time.
final class OpenBatches: Sendable {
    /// What a caller gives for a batch.
    struct Target {
        let image: UnsafeMutableBufferPointer<Float>
        let states, composite: UnsafeMutableBufferPointer<UInt8>
        /// [rows, 5]: index of the volume, organ or -1, lower corner of the box along x, y, z; empty: not wanted.
        let origins: UnsafeMutableBufferPointer<Int64>
    }

    private let sampler: Sampler
    private let rows: Int
    /// Values of a batch.
    private let image, states, composite: Int
    /// That no thread uses now.
    private let scratches = SharedState<[Scratch]>([])

    /// `@unchecked Sendable`: one thread at a time takes it out of the list.
    private struct Scratch: @unchecked Sendable {
        let memory = PatchScratch()
    }

    init(_ sampler: Sampler, _ settings: LearningSettings, organs: Int, composites: Int) {
        let size = settings.patchSize
        let voxels = settings.batch * size.x * size.y * size.z
        (self.sampler, rows) = (sampler, settings.batch)
        (image, states, composite) = (voxels * settings.inputChannels, voxels * organs, voxels * composites)
    }

    /// Blocks.
    ///
    /// - Throws: `LibraryError` where the memory has another size than a batch.
    func fill(_ target: Target, step: Int, of course: Sampler.Course) throws(LibraryError) {
        let sizes = [target.image.count, target.states.count, target.composite.count]
        guard sizes == [image, states, composite], [0, rows * 5].contains(target.origins.count) else {
            throw .argument(
                "the memory has \(sizes[0]), \(sizes[1]) and \(sizes[2]) values",
                "give \(image) for the image, \(states) for the states and \(composite) for composite labels")
        }
        let memory = BatchMemory(
            rows: rows, image: target.image, states: target.states, composite: target.composite)
        let scratch = scratches.change { $0.popLast() } ?? Scratch()
        defer { scratches.change { $0.append(scratch) } }
        guard let origins = try? sampler.fill(memory, step: step, of: course, scratch.memory) else {
            throw .argument("the batch cannot be filled", "open the volumes again")
        }
        guard !target.origins.isEmpty else { return }
        for (row, origin) in origins.enumerated() {
            let numbers = [origin.caseIndex, origin.organ ?? -1] + (0..<3).map { origin.box.lower[$0] }
            for (column, number) in numbers.enumerated() { target.origins[row * 5 + column] = Int64(number) }
        }
    }
}
