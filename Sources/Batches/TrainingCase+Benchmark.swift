internal import Domain
internal import Plans
internal import System

extension TrainingCase {
    /// A volume a little larger than a patch, with noise as image: organs in ellipsoids, of which every fourth is not labelled and
    /// about three in ten of the others have a pseudo label.
    package static func forBenchmark(edge: Int, organs: Int) -> TrainingCase {
        let shape = GridShape(edge + edge / 2, edge + edge / 2, edge + edge / 4)
        var random = CounterRandom(1)
        let labels: [OrganLabel] = (0..<organs).map { organ in
            guard organ % 4 != 3 else { return .unknown }
            let organ = Ellipsoid(shape, &random)
            let foreground = organ.filled(shape)
            return random.unit() < 0.3
                ? .pseudo(foreground: foreground, known: Ellipsoid(shape, &random).filled(shape))
                : .known(foreground: foreground, extent: nil)
        }
        let voxels = (0..<shape.count).map { _ in Int16(random.unit() * 1400 - 1000) }
        return TrainingCase(
            volume: VolumeID(1), shape: shape, spacing: Vector3(1, 1, 1), image: IntensityVoxels(voxels),
            normalisation: IntensityMap(window: LearningSettings()), labels: labels)
    }
}
