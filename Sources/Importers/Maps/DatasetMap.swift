public import Domain

/// The caller's own description of a dataset (`--map`): the meaning of label values and, optionally, patterns of the
/// files, scope, label origin, modality and licence.
public struct DatasetMap: Hashable, Sendable {
    /// The meaning of label values; without entries where every label file is named after its organ.
    public var labels: LabelMap
    /// Values of voxels that are unknown for every organ.
    public var unknown: Set<Int> = []
    /// Values of voxels that belong to no organ.
    public var background: Set<Int> = []
    /// Names of class files that are of no interest, normalised.
    public var skippedNames: Set<String> = []
    /// Empty where the layout is to be recognised.
    public var images: [PathPattern] = []
    public var labelFiles: [PathPattern] = []
    /// Template of a case's name from the named parts of its paths: `{case}_{phase}`.
    public var caseName: String?
    /// Template of a patient's name.
    public var subject: String?
    /// Template of an image's name among the images of its study that share labels: `{phase}`.
    public var phase: String?
    public var scope: LabelScope?
    public var origin: LabelOrigin?
    /// Organs whose labels are of another origin.
    public var origins: [OrganKey: LabelOrigin] = [:]
    public var modality: Modality?
    public var licence: Licence?

    public init(labels: LabelMap) { self.labels = labels }

    /// The rule for the files; nil where the layout is to be recognised.
    var rule: LayoutRule? {
        guard !labelFiles.isEmpty else { return nil }
        var kind = LayoutRule.Kind(images: images, labels: labelFiles)
        kind.series = images
        return LayoutRule(
            name: .mapped, kinds: [kind],
            caseName: caseName ?? defaultCaseName, subject: subject ?? (hasPatient ? "{patient}" : nil), phase: phase,
            modality: modality ?? .other, releases: [], unknown: unknown, skippedNames: skippedNames)
    }

    /// Whether label files are named after their organs.
    var namesOrgans: Bool { labelFiles.contains { $0.names.contains(RuleLayout.organ) } }

    /// `{case}` where a pattern has that part, else the parts by which images and labels are paired.
    private var defaultCaseName: String {
        let names = (images + labelFiles).flatMap(\.names)
        let joint = LayoutRule.Kind(images: images, labels: labelFiles).joint
        return names.contains("case") || joint.isEmpty ? "{case}" : joint.map { "{\($0)}" }.joined(separator: "_")
    }

    private var hasPatient: Bool { images.contains { $0.names.contains("patient") && !$0.names.contains("subject") } }
}
