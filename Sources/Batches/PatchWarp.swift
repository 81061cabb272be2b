package import Domain
internal import Glibc
internal import Plans
internal import System

/// How places of a patch become places of the volume: turned and magnified around its centre, and displaced.
package struct PatchWarp: Sendable {
    /// Displacements of control points in voxels of the volume.
    package struct Displacement: Sendable {
        /// Points along x, y, z.
        package let points: Vector3<Int>
        /// Voxels of the patch between two of them.
        package let spacing: Int
        /// [axis, z, y, x].
        package let values: [Float]
    }

    /// For each axis of the patch, the step in voxels of the volume along x, y, z.
    package let steps: [Vector3<Double>]
    package let displacement: Displacement?

    /// Nil for a patch that is cut out as it is.
    init?(
        _ settings: LearningSettings, size: Vector3<Int>, spacing: Vector3<Double>, _ random: inout CounterRandom
    ) {
        let (own, isFlat) = (settings.augmentation, settings.dimensions == 2)
        let isTurned = random.happens(own.rotationShare)
        let angles = isTurned ? own.rotationDegrees.map { random.number(in: [-$0, $0]) * .pi / 180 } : [0, 0, 0]
        let isScaled = random.happens(own.scaleShare)
        let magnification = isScaled ? random.factor(in: own.scaleRange) : 1
        displacement = random.happens(own.elasticShare) ? Displacement(own, size: size, isFlat: isFlat, &random) : nil
        guard isTurned || isScaled || displacement != nil else { return nil }
        steps = (0..<3).map { axis in
            guard !isFlat || axis < 2 else { return Vector3(0, 0, 1) }
            var step = Vector3<Double>(0, 0, 0)
            step[axis] = spacing[axis] / magnification
            step = step.turned(isFlat ? [0, 0, angles[2]] : angles)
            for i in 0..<3 { step[i] /= spacing[i] }
            return step
        }
    }
}

extension PatchWarp.Displacement {
    fileprivate init(
        _ settings: AugmentationSettings, size: Vector3<Int>, isFlat: Bool, _ random: inout CounterRandom
    ) {
        let spacing = settings.elasticSpacing
        var points = Vector3(2, 2, isFlat ? 1 : 2)
        for axis in 0..<(isFlat ? 2 : 3) { points[axis] = (size[axis] + spacing - 2) / spacing + 1 }
        for axis in 0..<(isFlat ? 2 : 3) { points[axis] = max(2, points[axis]) }
        let (count, deviation) = (points.x * points.y * points.z, Float(settings.elasticDisplacement))
        let moved = (0..<(isFlat ? 2 : 3) * count).map { _ in deviation * NormalQuantiles.draw(&random) }
        (self.points, self.spacing) = (points, spacing)
        values = moved + Array(repeating: 0, count: 3 * count - moved.count)
    }
}

extension Vector3<Double> {
    /// About x, then y, then z, in radians, counterclockwise where the axis points to the viewer.
    fileprivate func turned(_ angles: [Double]) -> Vector3<Double> {
        var result = self
        for axis in 0..<3 where angles[axis] != 0 {
            let (a, b) = ((axis + 1) % 3, (axis + 2) % 3)
            let (sine, cosine) = (sin(angles[axis]), cos(angles[axis]))
            let (u, v) = (result[a], result[b])
            result[a] = cosine * u - sine * v
            result[b] = sine * u + cosine * v
        }
        return result
    }
}
