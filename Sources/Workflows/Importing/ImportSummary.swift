package import Catalog
package import Domain
package import Importers

/// What an import did, or would do.
package struct ImportSummary: Sendable {
    package enum Completion: Hashable, Sendable {
        /// Every case is in the catalogue, or waits for its image.
        case complete
        /// Some cases were quarantined or refused.
        case partial
        /// No case is in the catalogue, or the import is strict and a case was quarantined or refused.
        case failed
    }

    package let dataset: String
    package let release: String
    package let layout: LayoutName
    package let origin: LabelOrigin
    package let licence: Licence
    package let isDryRun: Bool
    package let isStrict: Bool
    /// The outcome of each case, and findings.
    package internal(set) var report = ImportReport()
    /// Volumes that the catalogue did not have.
    package internal(set) var newVolumes = 0
    /// Cases whose scan the catalogue had under another name.
    package internal(set) var knownScans = 0
    /// Labels that are new or differ from those of an earlier import of the release.
    package internal(set) var newLabels = 0
    /// Labels of these that are held for a decision.
    package internal(set) var heldLabels = 0
    /// Labels of single annotators that are new or differ; nil where they were not requested.
    package internal(set) var newAnnotatorLabels: Int?
    /// Subjects found to be one patient, with the case that showed it.
    package internal(set) var subjectMerges: [CaseMerge] = []
    /// Cases that changed something.
    package internal(set) var recorded = 0
    /// Label files that wait for their image and did not before.
    package internal(set) var newWaiting = 0
    /// Cases of the dataset, including those not read yet.
    package internal(set) var total = 0
    /// The case that is being recorded.
    package internal(set) var currentCase: String?
    /// What a dry run would record, in the order of the cases.
    package internal(set) var planned: [PlannedLabel] = []

    init(_ dataset: String, _ layout: any Layout, _ resolved: ResolvedImport) {
        (self.dataset, release, self.layout) = (dataset, layout.release, layout.name)
        (origin, licence) = (resolved.options.origin(of: layout), resolved.options.licence(of: layout))
        (isDryRun, isStrict) = (resolved.request.isDryRun, resolved.request.isStrict)
        newAnnotatorLabels = resolved.request.hasAnnotators ? 0 : nil
    }

    package var completion: Completion {
        if report.cases.isEmpty { return .failed }
        if report.failures == 0 { return .complete }
        return report.present + report.count(.waiting) == 0 || isStrict ? .failed : .partial
    }
}

/// Subjects found to be one patient, and the case that showed it.
package struct CaseMerge: Sendable {
    package let caseName: String
    package let merge: SubjectMerge
}
