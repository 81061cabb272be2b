package import Domain
package import Plans

extension LearningSettings {
    /// Voxels of a training patch along x, y, z.
    package var patchSize: Vector3<Int> { Vector3(patch[0], patch[1], dimensions == 3 ? patch[2] : 1) }
    /// The same as axes of a tensor, outermost first.
    package var patchAxes: [Int] { patch.reversed() }
    /// Voxels of a prediction patch along x, y, z.
    package var windowSize: Vector3<Int> {
        let sizes = predictionPatch.isEmpty ? patch : predictionPatch
        return Vector3(sizes[0], sizes[1], dimensions == 3 ? sizes[2] : 1)
    }
    /// Slices that a network sees at once as channels: one for a 3-D network.
    package var inputChannels: Int { dimensions == 2 ? contextSlices : 1 }
}
