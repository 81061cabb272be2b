package import Domain
package import Importers

/// What to import, and how.
package struct ImportRequest: Sendable {
    /// Which organs are annotated in every case.
    package enum CompleteOrgans: Hashable, Sendable {
        /// All organs that the dataset declares.
        case declared
        /// In each case, the organs that have voxels.
        case present
        /// The organs of these names, in any spelling.
        case only([String])
    }

    /// A variant of an organ that the release means by the organ's name; both in any spelling.
    package struct Meaning: Hashable, Sendable {
        package let organ: String
        package let variant: String

        package init(organ: String, variant: String) { (self.organ, self.variant) = (organ, variant) }
    }

    /// A folder or one label file.
    package var path: String
    /// The dataset's name; the name of the folder where nil.
    package var name: String?
    /// The release whose label map and facts apply (`btcv`), or a version of it (`btcv+corrected`); found from the files where nil.
    package var release: String?
    /// Recognised where nil.
    package var layout: LayoutName?
    /// A folder, a file or a dataset with the images; the imported folder where nil.
    package var images: String?
    /// The image of each case in the dataset of `images`, where names differ: column `image`.
    package var pairs: CaseTable?
    /// The layout's where nil.
    package var modality: Modality?
    /// The origin of all labels; the release's where nil.
    package var origin: LabelOrigin?
    /// A YAML file with the meaning of label values and the location of files.
    package var map: String?
    /// The subject of each case; the layout's where nil.
    package var subjects: SubjectTable?
    /// As the layout declares where nil.
    package var complete: CompleteOrgans?
    package var meanings: [Meaning] = []
    /// Proposals of an earlier report that the caller accepts.
    package var accepted: [Acceptance] = []
    /// Whether the masks of single annotators are recorded too, beside the labels.
    package var hasAnnotators = false
    /// Whether all cases are recorded or none.
    package var isStrict = false
    /// Whether everything is read and checked, and nothing recorded.
    package var isDryRun = false

    package init(path: String) { self.path = path }
}
