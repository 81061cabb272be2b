internal import Batches
internal import Domain
internal import Plans
internal import System

/// Batches of mapped volumes. Several threads may fill different memory at the same time.
final class OpenBatches: Sendable {
    /// What a caller gives for a batch.
    struct Target {
        let image: CallerArray<Float>
        let states, composite: CallerArray<UInt8>
        /// [rows, 5]: index of the volume, organ or -1, lower corner of the box along x, y, z; empty: not wanted.
        let origins: CallerArray<Int64>
    }

    private let sampler: Sampler
    private let rows: Int
    /// Values of a batch.
    private let image, states, composite: Int64
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
        (image, states, composite) = (
            Int64(voxels * settings.inputChannels), Int64(voxels * organs), Int64(voxels * composites)
        )
    }

    /// Blocks.
    ///
    /// - Throws: `LibraryError` where the memory has another size than a batch.
    func fill(_ target: Target, step: Int, of course: Sampler.Course) throws(LibraryError) {
        try requireSizes(of: target)
        let memory = BatchMemory(
            rows: rows, image: target.image.values, states: target.states.values, composite: target.composite.values)
        let scratch = scratches.change { $0.popLast() } ?? Scratch()
        defer { scratches.change { $0.append(scratch) } }
        do {
            write(try sampler.fill(memory, step: step, of: course, scratch.memory), target.origins.values)
        } catch {
            throw .argument(
                "batch \(step) of round \(course.round) cannot be filled: \(error)", "open the batches again")
        }
    }

    private func requireSizes(of target: Target) throws(LibraryError) {
        let origins = Int64(rows * 5)
        let found = [target.image.count, target.states.count, target.composite.count]
        if found == [image, states, composite], [0, origins].contains(target.origins.count) { return }
        throw .argument(
            """
            the memory has \(found[0]) values for the image, \(found[1]) for the states, \(found[2]) for composite labels and \
            \(target.origins.count) for the origins
            """,
            "give \(image), \(states) and \(composite), and \(origins) or none for the origins")
    }

    private func write(_ origins: [PatchOrigin], _ values: UnsafeMutableBufferPointer<Int64>) {
        guard !values.isEmpty else { return }
        for (row, origin) in origins.enumerated() {
            let numbers = [origin.caseIndex, origin.organ ?? -1] + (0..<3).map { origin.box.lower[$0] }
            for (column, number) in numbers.enumerated() { values[row * 5 + column] = Int64(number) }
        }
    }
}
