internal import Domain
internal import Numerics

extension KnownMask {
    /// Two masks of one organ with a lower Dice coefficient contradict each other: experts who draw one organ agree better.
    package static let littleOverlap = 0.6

    /// The Dice coefficient where both masks are known; nil where neither has a voxel there.
    func dice(with other: KnownMask) -> Double? {
        let common = region.intersection(other.region)
        return Dice.coefficient(common.restrict(foreground), common.restrict(other.foreground))
    }
}
