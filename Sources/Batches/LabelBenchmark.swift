public import Domain
internal import Glibc
internal import System

/// Measures how long the labels of a volume take to be coded for training, all at once, and where pseudo labels of some organs are added to
/// those of the annotations.
public struct LabelBenchmark: Hashable, Sendable {
    public let shape: GridShape
    public let organs: Int

    public init(shape: GridShape, organs: Int) { (self.shape, self.organs) = (shape, organs) }

    public struct Result: Hashable, Sendable {
        /// How many of the organs have a pseudo label; the others are annotated.
        public let relabelled: Int
        /// To code all labels, and to add the pseudo labels to those of the annotations.
        public let wholeSeconds, addingSeconds: Double
        /// To copy a byte for each voxel by memcpy, to new memory.
        public let copySeconds: Double
    }

    /// Blocks.
    ///
    /// - Precondition: 1 to `organs` are relabelled.
    public func run(relabelled: Int) throws -> Result {
        precondition((1...organs).contains(relabelled), "some of the organs")
        var random = CounterRandom(1)
        let masks = (0..<organs).map { _ in Ellipsoid(shape, &random).filled(shape) }
        let accepted = (0..<relabelled).map { _ in Ellipsoid(shape, &random).filled(shape) }
        let pseudo = (0..<relabelled).map { OrganLabel.pseudo(foreground: masks[$0], known: accepted[$0]) }
        let annotated = masks.enumerated().map { organ, mask in
            organ < relabelled ? OrganLabel.unknown : .known(foreground: mask, extent: nil)
        }
        let rule = KnownVoxelRule(organCount: organs, exclusions: [])
        let clock = ContinuousClock()
        let base = try TrainingLabels(volume(annotated), rule: rule)
        let whole = try clock.measure {
            _ = try TrainingLabels(volume(pseudo + annotated.dropFirst(relabelled)), rule: rule)
        }
        let adding = clock.measure {
            _ = base.adding(
                Dictionary(uniqueKeysWithValues: pseudo.enumerated().map { ($0, $1) }), rule: rule, compositeSets: [])
        }
        return Result(
            relabelled: relabelled, wholeSeconds: whole / .seconds(1), addingSeconds: adding / .seconds(1),
            copySeconds: copying(base) / .seconds(1))
    }

    private func copying(_ labels: TrainingLabels) -> Duration {
        labels.states.groups[0].codes.withValues { codes in
            ContinuousClock().measure {
                let copy = MemoryBlock<UInt8>(count: codes.count)
                memcpy(copy.values.baseAddress!, codes.baseAddress!, codes.count)
                withExtendedLifetime(copy) {}
            }
        }
    }

    private func volume(_ labels: [OrganLabel]) -> VolumeLabels {
        VolumeLabels(VolumeID(1), shape, labels: labels)
    }
}
