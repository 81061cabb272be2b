internal import Domain
public import Plans

extension LearningSettings {
    /// The network that these settings describe.
    public func plan(organs: [String]) -> NetworkPlan {
        NetworkPlan(
            dimensions: dimensions, contextSlices: contextSlices, widths: widths, organs: organs, headBias: headBias)
    }

    /// Slices of a volume that are predicted at a time: the batch size for a 2-D network, the window's depth for a 3-D one.
    public var slicesInProgress: Int { dimensions == 2 ? batch : windowSize.z }
}
