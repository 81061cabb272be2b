internal import Domain

/// CHAOS: the MR part is not imported, which is reported.
struct ChaosFacts: RuleFacts {
    let findings: [ImportFinding]

    init(_ evidence: RuleEvidence) throws(ImportError) {
        let pattern = PathPattern.glob("**/MR/{case:#}")
        let cases = pattern.matches(in: evidence.listing, folders: true)
        findings =
            cases.isEmpty
            ? []
            : [
                ImportFinding(
                    .description, file: evidence.listing.folder.root,
                    problem: "the \(cases.count) MR cases of CHAOS are not imported",
                    remedy: "convert them with dcm2niix, and import them with --map")
            ]
    }
}
