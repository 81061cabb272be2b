public import Plans

extension LearningSettings {
    /// The network that these settings describe.
    public func plan(organs: [String]) -> NetworkPlan {
        NetworkPlan(
            dimensions: dimensions, contextSlices: contextSlices, widths: widths, organs: organs, headBias: headBias)
    }
}
