internal import Console
internal import Domain
internal import Importers

/// What an import is asked to do.
struct ImportRequest: Sendable {
    var path: String
    /// The dataset's name; the folder's name where nil.
    var name: String?
    var options: ImportOptions
    /// Which case is whose; nil: as the layout tells.
    var subjects: SubjectTable?
    /// The dataset whose images the labels are of; nil where the images lie in a folder.
    var images: DatasetImages?
    /// Which image of that dataset each case has, where names do not tell.
    var pairs: CaseTable?
    /// Whether everything is read and checked, and nothing recorded.
    var isDryRun = false

    var isStrict: Bool { options.strict }
}

/// What an import did.
struct ImportSummary: Sendable {
    let dataset: String
    let layout: any Layout
    var report = ImportReport()
    let origin: LabelOrigin
    let licence: Licence
    let isDryRun: Bool
    let isStrict: Bool
    /// Volumes that no other case had before.
    var newVolumes = 0
    /// Cases whose scan the catalogue had already under another name.
    var knownScans = 0
    /// Labels that are new or differ from what the release said before.
    var newLabels = 0
    /// The same of single annotators; nil where the caller does not want them.
    var newDrawings: Int?
    /// Subjects that proved to be one, by the cases that proved it.
    var unions: [CaseMerge] = []
    /// Cases that changed something.
    var recorded = 0
    /// Label files that wait for their image and did not before.
    var newWaiting = 0
    /// Cases that the dataset has, also those that are not looked at yet.
    var total = 0
    /// The case that is being recorded.
    var inHand: String?
    /// What a dry run would record, in the order of the cases.
    var planned: [PlannedLabel] = []

    /// How the program ends after such a report.
    var status: ExitStatus {
        if report.cases.isEmpty { return .badInput }
        if report.failures == 0 { return .done }
        return report.present + report.count(.waiting) == 0 || isStrict ? .badInput : .partlyDone
    }
}
