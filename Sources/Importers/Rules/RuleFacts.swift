internal import Domain

/// The files that a rule matched in a folder, and the import's options.
struct RuleEvidence {
    let listing: FolderListing
    let options: ImportOptions
    let match: RuleMatch
}

/// Facts that a dataset's files contain beyond its rule; nil and empty values leave the rule's in force.
protocol RuleFacts: Sendable {
    /// The label map of the files.
    var release: String? { get }
    /// Warnings about the dataset as a whole.
    var findings: [ImportFinding] { get }
    /// Files that are parts of the release and of no interest, as relative paths.
    var known: Set<String> { get }
    /// The modality of an image, by the named parts of its path.
    func modality(_ parts: [String: String]) -> Modality?
    /// Which organs were examined in a case.
    func scope(_ parts: [String: String], _ modality: Modality) -> LabelScope?
    /// The box within which a case's annotation is complete.
    func crop(_ parts: [String: String]) -> AnnotatedCrop?
    /// Files of single annotators beside a label, by its path.
    func annotators(beside label: String) -> [AnnotatorFiles]
}

extension RuleFacts {
    var release: String? { nil }
    var findings: [ImportFinding] { [] }
    var known: Set<String> { [] }
    func modality(_ parts: [String: String]) -> Modality? { nil }
    func scope(_ parts: [String: String], _ modality: Modality) -> LabelScope? { nil }
    func crop(_ parts: [String: String]) -> AnnotatedCrop? { nil }
    func annotators(beside label: String) -> [AnnotatorFiles] { [] }
}

/// No facts beyond the rule.
struct NoFacts: RuleFacts {}
