internal import Domain

/// A layout as data: where images and labels lie, what joins them, and what the values say.
///
/// Public datasets of numbered files and the caller's own folders are instances of it; `RuleLayout` reads them.
struct LayoutRule: Sendable {
    let name: LayoutName
    /// Images and labels of one kind; a file that two of them name belongs to the first.
    let kinds: [Kind]
    /// A case's name from the parts of its path, as in `volume-{case}`; the image's file name, without ending and
    /// channel, where a part is missing.
    var caseName: String?
    /// The patient's name from the same parts; the case's name where nil.
    var subject: String?
    /// What tells an image from the others that its labels serve, from the same parts; the parts that differ where nil.
    var phase: String?
    var modality: Modality = .ct
    /// Label maps that a `--release` may name; the first one holds where nothing else tells.
    let releases: [String]
    var scope: LabelScope = .declared
    /// Values that hide what other organs are there.
    var unknown: Set<Int> = []
    /// Layouts whose form the files have too, and that say less about them.
    var overrides: Set<LayoutName> = []
    /// Whether labels without any image are enough to tell the layout by.
    var labelsSuffice = true
    /// What only the files of this dataset tell; nil where the data above say everything.
    var reading: (@Sendable (RuleEvidence) throws(ImportError) -> any RuleFacts)?

    /// Files that belong together: each label with every image that has the same parts under the names both have.
    struct Kind: Sendable {
        var images: [PathPattern]
        /// Empty for images that nobody labelled.
        var labels: [PathPattern] = []
        /// Folders of DICOM slices, at any depth below them: images of the cases that have no other.
        var series: [PathPattern] = []
        /// Whether a label is a folder of slices, one PNG each, beside DICOM.
        var labelsAreStacks = false
        /// The label map where it is another than the release's.
        var map: String?

        init(_ images: String..., labels: [String] = [], map: String? = nil) {
            self.images = images.map(PathPattern.glob)
            self.labels = labels.map(PathPattern.glob)
            self.map = map
        }

        init(images: [PathPattern], labels: [PathPattern]) { (self.images, self.labels) = (images, labels) }

        /// The same with folders of DICOM slices.
        func orSeries(_ patterns: String...) -> Kind {
            var copy = self
            copy.series = patterns.map(PathPattern.glob)
            return copy
        }

        /// Labels as folders of PNG slices.
        static func stacks(_ series: String, labels: String) -> Kind {
            var kind = Kind(labels: [labels]).orSeries(series)
            kind.labelsAreStacks = true
            return kind
        }

        /// Names that images and labels share, in the labels' order.
        var joint: [String] {
            let shared = Set((images + series).flatMap(\.names))
            var seen = Set<String>()
            return labels.flatMap(\.names).filter { shared.contains($0) && seen.insert($0).inserted }
        }
    }
}

/// What a rule found in a folder.
struct RuleEvidence {
    let listing: FolderListing
    let options: ImportOptions
    let match: RuleMatch
}

/// What the files of a dataset tell beyond its rule.
protocol RuleFacts: Sendable {
    /// The label map of the files; the rule's first where nil.
    var release: String? { get }
    /// What holds for the dataset as a whole.
    var findings: [ImportFinding] { get }
    /// What the image shows, by the parts of its path.
    func modality(_ parts: [String: String]) -> Modality?
    /// Which organs are decided in a case.
    func scope(_ parts: [String: String], _ modality: Modality) -> LabelScope?
    /// Where a case's annotation is complete.
    func crop(_ parts: [String: String]) -> AnnotatedCrop?
    /// Files of single annotators beside a label, by its path.
    func annotators(beside label: String) -> [AnnotatorFiles]
}

extension RuleFacts {
    var release: String? { nil }
    var findings: [ImportFinding] { [] }
    func modality(_ parts: [String: String]) -> Modality? { nil }
    func scope(_ parts: [String: String], _ modality: Modality) -> LabelScope? { nil }
    func crop(_ parts: [String: String]) -> AnnotatedCrop? { nil }
    func annotators(beside label: String) -> [AnnotatorFiles] { [] }
}

/// Nothing beyond the rule.
struct NoFacts: RuleFacts {}
