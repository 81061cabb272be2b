internal import Domain

/// A layout as data: patterns of images and labels, how they are paired, and the meaning of the label values.
///
/// Public datasets of numbered files and the caller's own folders are instances; `RuleLayout` reads them.
struct LayoutRule: Sendable {
    let name: LayoutName
    /// Images and labels of one kind; a file that two of them match belongs to the first.
    let kinds: [Kind]
    /// Template of a case's name from the named parts of its path, as in `volume-{case}`; where a part is missing, the
    /// image's file name without ending and channel.
    var caseName: String?
    /// Template of the patient's name; nil: the case's name.
    var subject: String?
    /// Template of an image's name among the images that share its labels; nil: the parts that differ.
    var phase: String?
    var modality: Modality = .ct
    /// Label maps that `--release` may name; the first is the default.
    let releases: [String]
    var scope: LabelScope = .declared
    /// Values at whose voxels other organs are unknown.
    var unknown: Set<Int> = []
    /// Names of class files that are of no interest, normalised.
    var skippedNames: Set<String> = []
    /// Less specific layouts that match the same files.
    var overrides: Set<LayoutName> = []
    /// Whether labels without any image identify the layout.
    var labelsSuffice = true
    /// Reads facts that only the files of this dataset contain; nil where the rule is sufficient.
    var reading: (@Sendable (RuleEvidence) throws(ImportError) -> any RuleFacts)?

    /// Files that belong together: each label with every image that has equal parts under the names common to both.
    struct Kind: Sendable {
        var images: [PathPattern]
        /// Empty for unlabelled images.
        var labels: [PathPattern] = []
        /// Folders with DICOM slices at any depth: images of the cases without a NIfTI image.
        var series: [PathPattern] = []
        /// Whether a label is a folder of PNG slices beside a folder of DICOM slices.
        var labelsAreStacks = false
        /// The label map where it differs from the release's.
        var map: String?

        init(_ images: String..., labels: [String] = [], map: String? = nil) {
            self.images = images.map(PathPattern.glob)
            self.labels = labels.map(PathPattern.glob)
            self.map = map
        }

        init(images: [PathPattern], labels: [PathPattern]) { (self.images, self.labels) = (images, labels) }

        /// The same kind, with folders of DICOM slices as alternative images.
        func orSeries(_ patterns: String...) -> Kind {
            var copy = self
            copy.series = patterns.map(PathPattern.glob)
            return copy
        }

        /// Folders of DICOM slices with labels as folders of PNG slices.
        static func stacks(_ series: String, labels: String) -> Kind {
            var kind = Kind(labels: [labels]).orSeries(series)
            kind.labelsAreStacks = true
            return kind
        }

        /// Part names common to images and labels, in the labels' order.
        var joint: [String] {
            let shared = Set((images + series).flatMap(\.names))
            var seen = Set<String>()
            return labels.flatMap(\.names).filter { shared.contains($0) && seen.insert($0).inserted }
        }
    }
}
