internal import Domain
internal import System

/// KiTS: the release of the case folders, and the annotators' files beside the labels.
///
/// Value 1 includes cysts in KiTS19; value 3 is a cyst in KiTS21 and KiTS23. KiTS21 has the aggregated masks in
/// separate files, KiTS23 has the annotators' instances beside the segmentation, and each release has its list of
/// cases.
struct KidneyFacts: RuleFacts {
    let release: String?
    let findings: [ImportFinding]
    let known: Set<String>
    /// By the case's folder.
    private let annotators: [String: [AnnotatorFiles]]

    /// Folders of instances within a case's folder: KiTS23, KiTS21.
    private static let instanceFolders = ["instances", "segmentations"]

    /// - Throws: `ambiguous` where the files do not identify the release, or the folder contains two releases.
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
            (Self.instanceFolders + ["raw"]).contains(where: evidence.listing.folders(in: path).contains)
        }
        release = try Self.release(evidence, place, hasInstances: !rated.isEmpty)
        let drawn = Dictionary(
            rated.map { ($0, Self.instances($0, evidence.listing)) }, uniquingKeysWith: { first, _ in first })
        let organs = Self.organs(release, evidence.options.ontology)
        annotators = drawn.mapValues { AnnotatorFiles.all($0, in: evidence.listing.folder, organs: organs) }
        let others = Self.otherAggregates(beside: evidence.match.labels.map(\.path), evidence.listing)
        known = Set(others)
        var findings = others.isEmpty ? [] : [Self.unread(others)]
        if evidence.options.annotators {
            findings += Self.unknownStructures(drawn.values.flatMap { $0 }, organs)
        } else if !rated.isEmpty {
            findings.append(Self.unread(rated, hasMasks: drawn.values.contains { !$0.isEmpty }))
        }
        self.findings = findings
    }

    func annotators(beside label: String) -> [AnnotatorFiles] { annotators[Self.parent(label)] ?? [] }

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

    private static func instances(_ path: String, _ listing: FolderListing) -> [InstanceFile] {
        instanceFolders.filter(listing.folders(in: path).contains).flatMap { folder in
            listing.files(in: "\(path)/\(folder)").compactMap { InstanceFile("\(path)/\(folder)/\($0)") }
        }
    }

    /// The organs that a structure's voxels belong to, as in the aggregated label: a tumour or cyst is also kidney.
    private static func organs(_ release: String?, _ ontology: Ontology) -> (String) -> [OrganKey] {
        let classes = (LabelMap.standard(release ?? "") ?? LabelMap.standard("kits23")).map(ClassNames.init)
        return { classes?.organs(of: $0, ontology) ?? [] }
    }

    /// The masks of KiTS21 that aggregate the annotators otherwise than the label (`aggregated_AND_seg`, `aggregated_OR_seg`).
    private static func otherAggregates(beside labels: [String], _ listing: FolderListing) -> [String] {
        labels.flatMap { label in
            listing.files(in: parent(label)).filter { $0.hasPrefix("aggregated_") && SourceFile.isVolume($0) }
                .map { "\(parent(label))/\($0)" }.filter { $0 != label }
        }
    }

    private static func unread(_ aggregates: [String]) -> ImportFinding {
        let names = Set(aggregates.map { SourceFile.stem(of: FilePath.name(of: $0)) }).sorted()
        return ImportFinding(
            .description, file: aggregates.min() ?? "",
            problem: "other aggregations of the annotators' masks are parts of the release and not imported, in "
                + ImportError.count(Set(aggregates.map(parent)).count, "case", "cases") + ": "
                + ImportError.list(names),
            remedy: "none needed: the label is imported")
    }

    private static func unread(_ cases: [String], hasMasks: Bool) -> ImportFinding {
        ImportFinding(
            .description, file: cases.min() ?? "",
            problem: "masks of several annotators beside the aggregated label are not imported, in "
                + ImportError.count(cases.count, "case", "cases"),
            remedy: "none needed: the aggregated label is imported"
                + (hasMasks ? "; --annotators also records the masks of each annotator" : ""))
    }

    /// Annotated structures that match no organ, such as KiTS21's vessels.
    private static func unknownStructures(_ files: [InstanceFile], _ organs: (String) -> [OrganKey]) -> [ImportFinding]
    {
        let unknown = files.filter { organs($0.instance.structure).isEmpty }
        guard let first = unknown.map(\.path).min() else { return [] }
        let names = Set(unknown.map(\.instance.structure)).sorted()
        return [
            ImportFinding(
                .classUnknown, file: first,
                problem: "annotators also drew structures that match no organ: " + ImportError.list(names),
                remedy: "they are not recorded; lacuna organ import adds organs")
        ]
    }

    private static func parent(_ path: String) -> String {
        path.split(separator: "/").dropLast().joined(separator: "/")
    }
}
