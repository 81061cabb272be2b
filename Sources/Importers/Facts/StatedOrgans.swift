public import Domain

/// Label states that a description records for the organs of one label file, as Lacuna's exports do for each case.
public struct StatedOrgans: Hashable, Sendable {
    /// Organs that are unlabelled in the file, whatever its values and scope.
    public var unlabelled: Set<OrganKey> = []
    /// Organs that are known everywhere, also at the file's unknown values.
    public var complete: Set<OrganKey> = []
    /// Organs with pseudo labels.
    public var modelMade: Set<OrganKey> = []

    public init() {}

    /// The states for a file of annotations: organs with pseudo labels are unlabelled in it.
    func withoutModels() -> StatedOrgans {
        var copy = self
        copy.unlabelled.formUnion(modelMade)
        copy.modelMade = []
        return copy
    }

    /// The states for a file of pseudo labels: organs outside `modelMade` are unlabelled in it.
    func modelsOnly(among organs: [OrganKey]) -> StatedOrgans {
        var copy = StatedOrgans()
        (copy.unlabelled, copy.modelMade) = (Set(organs).subtracting(modelMade), modelMade)
        return copy
    }
}
