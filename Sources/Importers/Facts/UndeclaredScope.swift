/// FLARE: no file says which organs were annotated in a case, and 0 is background as well as unlabelled. What has voxels
/// was annotated; of the rest nothing is known, so that it stays unlabelled and is never absent.
struct UndeclaredScope: RuleFacts {
    let findings: [ImportFinding]

    init(_ evidence: RuleEvidence) throws(ImportError) {
        let isGiven = evidence.options.scope != nil || evidence.options.complete != nil
        findings =
            isGiven
            ? []
            : [
                ImportFinding(
                    .scope, file: evidence.listing.folder.name,
                    problem: "nothing says which organs were annotated in a case: an organ with voxels counts as "
                        + "annotated, one without stays unlabelled",
                    remedy:
                        "where every organ of the release was looked at in every case, give --complete all; otherwise "
                        + "name those that were, as in --complete liver,spleen")
            ]
    }
}
