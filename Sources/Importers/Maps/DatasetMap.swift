public import Domain

/// The caller's own description of a dataset: what label values mean and, as far as it says so, where the files lie, what
/// is complete, and who stands behind the labels.
public struct DatasetMap: Hashable, Sendable {
    /// The meaning of label values; without entries where every label file is named after its organ.
    public var labels: LabelMap
    /// Values at whose voxels nothing is known.
    public var unknown: Set<Int> = []
    /// Empty where the layout is one that is recognised.
    public var images: [PathPattern] = []
    public var labelFiles: [PathPattern] = []
    /// A case's and a patient's name made of the parts of its paths: `{case}_{phase}`.
    public var caseName: String?
    public var subject: String?
    /// What tells an image from the others of its study that share its labels: `{phase}`.
    public var phase: String?
    public var scope: LabelScope?
    public var origin: LabelOrigin?
    /// Organs whose labels are of another origin.
    public var origins: [OrganKey: LabelOrigin] = [:]
    public var modality: Modality?
    public var licence: Licence?

    public init(labels: LabelMap) { self.labels = labels }

    /// Where the files lie; nil where the description leaves that to be recognised.
    var rule: LayoutRule? {
        guard !labelFiles.isEmpty else { return nil }
        return LayoutRule(
            name: .mapped, kinds: [LayoutRule.Kind(images: images, labels: labelFiles)], caseName: caseName ?? "{case}",
            subject: subject, phase: phase, modality: modality ?? .other, releases: [], unknown: unknown)
    }
}
