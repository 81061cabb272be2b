public import Domain

/// A dataset described by a `LayoutRule`: numbered files of a public release, or the caller's own.
public struct RuleLayout: Layout {
    public let name: LayoutName
    public let release: String
    public let defaultOrigin: LabelOrigin
    public let origins: [OrganKey: LabelOrigin]
    public let licence: Licence
    public var knownReleases: [String] { rule.releases }

    let folder: DatasetFolder
    let images: ImageSource
    let rule: LayoutRule
    let facts: any RuleFacts
    let match: RuleMatch
    let map: LabelMap?
    private let isModalityGiven: Bool
    private let ontology: Ontology

    /// - Throws: `unreadableFolder`, and the errors of the rule's `RuleFacts`.
    init(
        _ rule: LayoutRule, _ match: RuleMatch, in listing: FolderListing, options: ImportOptions
    ) throws(ImportError) {
        (self.rule, self.match, folder, name) = (rule, match, listing.folder, rule.name)
        images = try ImageSource(dataset: folder, images: options.images)
        (isModalityGiven, ontology) = (options.givenModality != nil, options.ontology)
        facts =
            try rule.reading?(RuleEvidence(listing: listing, options: options, match: match)) ?? NoFacts()
        let own = options.publicRelease.flatMap { rule.releases.contains($0) ? LabelMap.standard($0) : nil }
        map = options.map ?? own ?? (facts.release ?? rule.releases.first).flatMap(LabelMap.standard)
        let known = ReleaseFacts.of(rule.releases.isEmpty ? "" : map?.release ?? "")
        release =
            options.release ?? facts.release ?? map?.release ?? options.description?.labels.release
            ?? rule.name.rawValue
        (defaultOrigin, origins, licence) = (known.origin, known.origins, known.licence)
    }

    public var places: LayoutPlaces {
        let patterns = rule.name == .mapped ? rule.kinds.flatMap { $0.images + $0.labels } : []
        return LayoutPlaces(
            folder: folder, searched: patterns.map(\.place), known: Set(match.skipped).union(facts.known))
    }

    public func listCases() throws(ImportError) -> CaseList {
        let pairs = match.kinds.flatMap(\.pairs)
        if images.isSingleFile && pairs.count > 1 {
            throw .ambiguous(folder: folder.root, readings: pairs.map { "\($0.labels[0].path) with the image file" })
        }
        var list = CaseList()
        list.findings = facts.findings
        if rule.name == .mapped && !isModalityGiven && hasFilesAsImages {
            list.findings.append(ImportFinding(unknownModality: [], file: folder.name))
        }
        match.reportUnmatched(in: folder.name, to: &list)
        for kind in match.kinds {
            for pair in kind.pairs { add(pair, kind.rule, to: &list) }
            for image in kind.alone { add(unlabelled: image, isExpected: kind.labels.isEmpty, to: &list) }
        }
        list.settle()
        return list
    }

    /// Whether an image is a file: DICOM slices record their modality.
    private var hasFilesAsImages: Bool {
        match.images.contains { image in (try? source(image))?.isFolder != true }
    }

    /// Adds one case per image; several images of a pair share its labels.
    private func add(_ pair: RuleMatch.Pair, _ kind: LayoutRule.Kind, to list: inout CaseList) {
        let label = pair.labels[0]
        do throws(ImportError) {
            let parts = label.parts.filter { $0.key != Self.organ }
            if case .file(let file)? = images.elsewhere {
                return list.cases.append(try labelled(file, pair.labels, parts: parts, name: file.stem, kind))
            }
            try Self.refuseDoubles(pair)
            guard !pair.images.isEmpty else { return list.waiting.append(try waiting(pair.labels, parts, kind)) }
            for image in pair.images {
                let file = try source(image)
                let parts = parts.merging(image.parts) { _, image in image }
                let phase = phase(of: image, in: pair)
                let name = caseName(of: image, in: pair, phase)
                list.cases.append(try labelled(file, pair.labels, parts: parts, name: name, kind, phase: phase))
            }
        } catch {
            list.refuse(caseName(label), error)
        }
    }

    /// Several images must differ in a part that their label does not have, and several labels in the organ.
    private static func refuseDoubles(_ pair: RuleMatch.Pair) throws(ImportError) {
        guard Set(pair.images.map(\.parts)).count == pair.images.count else {
            throw .duplicate(
                file: pair.labels[0].path, what: "several images: " + ImportError.list(pair.images.map(\.path)))
        }
        let organs = pair.labels.map { $0.parts[organ] }
        guard organs.count == 1 || (!organs.contains(nil) && Set(organs).count == organs.count) else {
            throw .duplicate(
                file: pair.labels[0].path, what: "several labels: " + ImportError.list(pair.labels.map(\.path)))
        }
    }

    private func labelled(
        _ image: SourceFile, _ labels: [PathMatch], parts: [String: String], name: String, _ kind: LayoutRule.Kind,
        phase: StudyPhase? = nil
    ) throws(ImportError) -> CaseFiles {
        let modality = facts.modality(parts) ?? rule.modality
        return CaseFiles(
            name: name, subject: subject(parts) ?? phase?.study ?? name, image: image, modality: modality,
            labels: try files(labels, parts, modality, kind), phase: phase,
            annotators: facts.annotators(beside: labels[0].path))
    }

    /// The image's name among the images that share its labels: by the rule's template, else by the parts of the path
    /// that differ; nil for the only image.
    private func phase(of image: PathMatch, in pair: RuleMatch.Pair) -> StudyPhase? {
        let study = caseName(pair.labels[0])
        if let name = rule.phase.flatMap({ Self.fill($0, image.parts) }) { return StudyPhase(study: study, name: name) }
        guard pair.images.count > 1 else { return nil }
        let differing = Set(image.parts.keys).filter { key in Set(pair.images.map { $0.parts[key] }).count > 1 }
        let values = differing.sorted().compactMap { image.parts[$0] }.filter { !$0.isEmpty }
        let name = values.isEmpty ? PairName.caseName(image.path) : values.joined(separator: "_")
        return StudyPhase(study: study, name: name)
    }

    /// The image's case name, with its phase where another image of the study, or the labels, have the same name.
    private func caseName(of image: PathMatch, in pair: RuleMatch.Pair, _ phase: StudyPhase?) -> String {
        let name = caseName(image)
        guard let phase else { return name }
        let isShared = pair.images.count { caseName($0) == name } > 1 || name == phase.study
        return isShared ? "\(name)_\(phase.name)" : name
    }

    private func waiting(
        _ labels: [PathMatch], _ parts: [String: String], _ kind: LayoutRule.Kind
    ) throws(ImportError) -> WaitingCase {
        let (name, modality) = (caseName(labels[0]), facts.modality(parts) ?? rule.modality)
        return WaitingCase(
            name: name, subject: subject(parts) ?? name, modality: modality,
            labels: try files(labels, parts, modality, kind),
            annotators: facts.annotators(beside: labels[0].path))
    }

    private func files(
        _ labels: [PathMatch], _ parts: [String: String], _ modality: Modality, _ kind: LayoutRule.Kind
    ) throws(ImportError) -> [LabelFile] {
        let scope = facts.scope(parts, modality) ?? rule.scope
        return try labels.map { label throws(ImportError) in
            LabelFile(
                file: try folder.fileOrFolder(label.path, role: "label"), reading: try reading(label, kind),
                scope: scope,
                unknown: rule.unknown, crop: facts.crop(parts))
        }
    }

    /// The part of a label's path that names the only organ of the file.
    static let organ = "organ"

    private func reading(_ label: PathMatch, _ kind: LayoutRule.Kind) throws(ImportError) -> LabelFile.Reading {
        if let name = label.parts[Self.organ] {
            let organs =
                map.map { ClassNames($0).organs(of: name, ontology) } ?? ontology.organ(named: name).map { [$0.key] }
                ?? []
            guard !organs.isEmpty else { throw .unknownNames(file: label.path, names: [name]) }
            return .oneClass(organs: organs)
        }
        guard let map = kind.map.flatMap(LabelMap.standard) ?? map else {
            throw .unknownNames(file: label.path, names: [])
        }
        return .values(map)
    }

    private func add(unlabelled match: PathMatch, isExpected: Bool, to list: inout CaseList) {
        let name = caseName(match)
        do throws(ImportError) {
            let image = try source(match)
            let finding = ImportFinding(
                .classMissing, file: image.path, problem: "there is no label for it; all its organs are unlabelled",
                remedy: "finish the download if the case has labels")
            list.cases.append(
                CaseFiles(
                    name: name, subject: subject(match.parts) ?? name, image: image,
                    modality: facts.modality(match.parts) ?? rule.modality, labels: [],
                    findings: isExpected ? [] : [finding]))
        } catch {
            list.refuse(name, error)
        }
    }

    private func source(_ match: PathMatch) throws(ImportError) -> SourceFile {
        if case .folder(let elsewhere)? = images.elsewhere {
            return try elsewhere.fileOrFolder(match.path, role: "image")
        }
        return try folder.fileOrFolder(match.path, role: "image")
    }

    private func caseName(_ match: PathMatch) -> String {
        rule.caseName.flatMap { Self.fill($0, match.parts) } ?? PairName.caseName(match.path)
    }

    private func subject(_ parts: [String: String]) -> String? {
        rule.subject.flatMap { Self.fill($0, parts) } ?? parts["subject"]
    }

    /// The template with the named parts inserted; nil where a part is missing.
    static func fill(_ template: String, _ parts: [String: String]) -> String? {
        var (text, rest) = ("", template[...])
        while let start = rest.firstIndex(of: "{"), let end = rest[start...].firstIndex(of: "}") {
            guard let part = parts[String(rest[rest.index(after: start)..<end])] else { return nil }
            text += rest[..<start] + part
            rest = rest[rest.index(after: end)...]
        }
        return text + rest
    }
}
