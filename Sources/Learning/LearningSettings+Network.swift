internal import Domain
internal import Batches
public import Plans

extension LearningSettings {
    /// The network that these settings describe.
    public func plan(organs: [String]) -> NetworkPlan {
        NetworkPlan(
            dimensions: dimensions, contextSlices: contextSlices, widths: widths, organs: organs, headBias: headBias,
            deepSupervision: deepSupervision)
    }

    /// Slices of a volume that are predicted at a time: one for a 2-D network, as many as the window is deep for a 3-D one.
    public var slicesInProgress: Int { dimensions == 2 ? 1 : windowSize.z }
}
