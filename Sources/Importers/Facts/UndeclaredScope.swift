/// FLARE: no file lists the organs that were annotated in a case, and 0 means background as well as unlabelled. An
/// organ with voxels is annotated; one without stays unlabelled, never absent.
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
                    problem: "the files do not record which organs were annotated in a case: an organ with voxels is "
                        + "imported as annotated, one without as unlabelled",
                    remedy:
                        "use --complete all if every organ of the release was examined in every case; otherwise name "
                        + "the organs that were, as in --complete liver,spleen")
            ]
    }
}
