/// KiTS: which of its releases the case folders are of, and what lies beside the labels that are read.
///
/// Value 1 includes cysts in KiTS19, and 3 is a cyst in KiTS21 and KiTS23; KiTS21 has its aggregated masks in files of
/// their own, KiTS23 the annotators' instances beside the segmentation, and each has its list of cases.
struct KidneyFacts: RuleFacts {
    let release: String?
    let findings: [ImportFinding]

    /// - Throws: `ambiguous` where nothing tells the release, or two of them lie in the folder.
    init(_ evidence: RuleEvidence) throws(ImportError) {
        let folders = Set(evidence.match.labels.map { Self.parent(Self.parent($0.path)) })
        guard folders.count < 2 else {
            throw .ambiguous(
                folder: evidence.listing.folder.root,
                readings: folders.sorted().map { "the cases of \($0.isEmpty ? "the folder itself" : $0)" })
        }
        let place = folders.first ?? ""
        let cases = evidence.match.labels.map { Self.parent($0.path) }
        let rated = cases.filter { path in
            ["instances", "segmentations", "raw"].contains(where: evidence.listing.folders(in: path).contains)
        }
        release = try Self.release(evidence, place, hasInstances: !rated.isEmpty)
        findings = rated.isEmpty ? [] : [Self.instances(rated)]
    }

    private static func release(
        _ evidence: RuleEvidence, _ place: String, hasInstances: Bool
    ) throws(ImportError) -> String? {
        if evidence.options.map != nil { return nil }
        if let given = evidence.options.publicRelease { return given }
        if evidence.match.labels.contains(where: { $0.path.contains("aggregated_MAJ_seg") }) { return "kits21" }
        let files = evidence.listing.files(in: place)
        if files.contains("kits23.json") || hasInstances { return "kits23" }
        if files.contains("kits.json") { return "kits19" }
        throw .ambiguous(
            folder: evidence.listing.folder.root,
            readings: ["--release kits19 (value 1 includes cysts)", "--release kits23 (value 3 is a cyst)"])
    }

    private static func instances(_ cases: [String]) -> ImportFinding {
        ImportFinding(
            .description, file: cases.min() ?? "",
            problem: "instances by several annotators beside the label that is read, in "
                + ImportError.count(cases.count, "case", "cases"),
            remedy: "nothing: the aggregated label is imported; the annotators' own masks stay where they are")
    }

    private static func parent(_ path: String) -> String {
        path.split(separator: "/").dropLast().joined(separator: "/")
    }
}
