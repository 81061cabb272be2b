internal import Domain

/// The files that match a rule in a folder.
struct RuleMatch: Sendable {
    let kinds: [Kind]
    /// The patterns of images or labels that match no file; those of the caller's map alone.
    let unmatched: (images: [PathPattern], labels: [PathPattern])
    /// Whether the folder of the images has NIfTI files that no pattern of labels matches, so that images which no pattern matches
    /// are not simply missing.
    let hasOtherVolumes: Bool
    /// Class files of no interest.
    let skipped: [String]

    struct Kind: Sendable {
        let rule: LayoutRule.Kind
        let images: [PathMatch]
        /// One for each combination of parts; if two patterns match the same parts, the earlier one is used.
        let labels: [PathMatch]

        /// Labels of one case with its images, in the labels' order; a pair may have no image.
        var pairs: [Pair] {
            let images = Dictionary(grouping: images) { $0.key(rule.joint) }
            let byKey = Dictionary(grouping: labels) { $0.key(rule.joint) }
            var seen = Set<[String]>()
            return labels.map { $0.key(rule.joint) }.filter { seen.insert($0).inserted }.map { key in
                Pair(labels: byKey[key] ?? [], images: images[key] ?? [])
            }
        }

        /// Images without a label.
        var alone: [PathMatch] {
            let labelled = Set(labels.map { $0.key(rule.joint) })
            return images.filter { rule.labels.isEmpty || !labelled.contains($0.key(rule.joint)) }
        }
    }

    /// The files of one case, or of several cases that share labels.
    struct Pair: Sendable {
        let labels: [PathMatch]
        let images: [PathMatch]
    }

    var labels: [PathMatch] { kinds.flatMap(\.labels) }
    var images: [PathMatch] { kinds.flatMap(\.images) }

    /// - Parameter source: where images are searched.
    init(_ rule: LayoutRule, in listing: FolderListing, images source: ImageSource) {
        var skipped: [String] = []
        let labelled = rule.kinds.map { kind in
            let images = rule.name == .mapped && source.elsewhere == nil ? Self.specificity(kind, listing) : [:]
            let labels = kind.labels.map { pattern in
                pattern.matches(in: listing, folders: kind.labelsAreStacks).filter { match in
                    if let literals = images[match.path], literals > pattern.literals { return false }
                    guard let name = match.parts[RuleLayout.organ],
                        rule.skippedNames.contains(Ontology.normalised(name))
                    else { return true }
                    skipped.append(match.path)
                    return false
                }
            }
            return (kind: kind, labels: labels)
        }
        self.skipped = skipped
        let labelPatterns = zip(rule.kinds, labelled).flatMap { kind, item in zip(kind.labels, item.labels) }
        let own = rule.name == .mapped ? rule.kinds : []
        let labelPaths = labelled.flatMap(\.labels).joined().map(\.path)
        unmatched = (
            own.flatMap { kind in kind.images.filter { Self.found($0, kind, source, listing).isEmpty } },
            own.isEmpty ? [] : labelPatterns.filter { $0.1.isEmpty }.map(\.0)
        )
        hasOtherVolumes =
            !unmatched.images.isEmpty && Self.hasVolumes(source, listing, otherThan: labelPaths + skipped)
        var taken = Set<ExactText>()
        if source.elsewhere == nil { taken = Set(labelPaths.map { ExactText($0) }) }
        kinds = labelled.map { kind, labels in
            let files = Self.images(kind, source, listing).filter { taken.insert(ExactText($0.path)).inserted }
            let known = Set(files.map { $0.key(kind.joint) })
            let series = Self.series(kind, source, listing).filter {
                !known.contains($0.key(kind.joint)) && taken.insert(ExactText($0.path)).inserted
            }
            return Kind(rule: kind, images: files + series, labels: Self.preferred(labels))
        }
    }

    /// For each file that a pattern of images matches, the number of literal characters of that pattern.
    private static func specificity(_ kind: LayoutRule.Kind, _ listing: FolderListing) -> [String: Int] {
        let pairs = kind.images.flatMap { pattern in pattern.matches(in: listing).map { ($0.path, pattern.literals) } }
        return Dictionary(pairs, uniquingKeysWith: max)
    }

    /// Whether the files identify the layout: there are labels, and an image for one of them unless labels are
    /// sufficient.
    func identifies(_ rule: LayoutRule, _ source: ImageSource, isAsked: Bool) -> Bool {
        guard !labels.isEmpty else { return false }
        return rule.labelsSuffice || isAsked || source.isSingleFile
            || kinds.contains { $0.pairs.contains { !$0.images.isEmpty } }
    }

    /// Labels by parts; the matches of earlier patterns take precedence.
    /// - Parameter found: the matches of each pattern.
    private static func preferred(_ found: [[PathMatch]]) -> [PathMatch] {
        var (taken, chosen) = (Set<[String: String]>(), [PathMatch]())
        for matches in found {
            let fresh = matches.filter { !taken.contains($0.parts) }
            chosen += fresh
            taken.formUnion(fresh.map(\.parts))
        }
        return chosen
    }

    private static func images(
        _ kind: LayoutRule.Kind, _ source: ImageSource, _ listing: FolderListing
    ) -> [PathMatch] {
        guard let elsewhere = source.elsewhere else {
            return SliceMatches.folders(unique(kind.images.flatMap { $0.matches(in: listing) }), in: listing)
        }
        guard case .folder(let folder) = elsewhere else { return [] }
        let place = FolderListing(folder)
        let patterns = kind.images.flatMap { $0.endings(keeping: Set(kind.joint)) }
        return SliceMatches.folders(unique(patterns.flatMap { $0.matches(in: place) }), in: place)
    }

    /// The files and folders that one pattern of images matches.
    private static func found(
        _ pattern: PathPattern, _ kind: LayoutRule.Kind, _ source: ImageSource, _ listing: FolderListing
    ) -> [PathMatch] {
        var (one, folders) = (kind, kind)
        (one.images, one.series, folders.images) = ([pattern], [], [])
        folders.series = kind.series.filter { $0 == pattern }
        if case .file? = source.elsewhere { return [PathMatch(path: "", parts: [:])] }
        return images(one, source, listing) + series(folders, source, listing)
    }

    private static func hasVolumes(_ source: ImageSource, _ listing: FolderListing, otherThan labels: [String]) -> Bool
    {
        let labels = Set(labels.map { ExactText($0) })
        switch source.elsewhere {
        case .file?: return false
        case .folder(let folder)?:
            return FolderListing(folder).everyFile(depth: PathPattern.depths.regex).contains(where: SourceFile.isVolume)
        case nil:
            return listing.everyFile(depth: PathPattern.depths.regex)
                .contains { SourceFile.isVolume($0) && !labels.contains(ExactText($0)) }
        }
    }

    /// Folders that contain DICOM slices; of nested ones, the outermost.
    private static func series(
        _ kind: LayoutRule.Kind, _ source: ImageSource, _ listing: FolderListing
    ) -> [PathMatch] {
        let (patterns, place): ([PathPattern], FolderListing)
        switch source.elsewhere {
        case nil: (patterns, place) = (kind.series, listing)
        case .folder(let folder)?:
            (patterns, place) = (kind.series.flatMap { $0.endings(keeping: Set(kind.joint)) }, FolderListing(folder))
        case .file?: return []
        }
        let found = unique(patterns.flatMap { $0.matches(in: place, folders: true) })
        return found.filter { match in
            place.holdsSlices(match.path) && !found.contains { match.path.hasPrefix($0.path + "/") }
        }
    }

    private static func unique(_ matches: [PathMatch]) -> [PathMatch] {
        var seen = Set<ExactText>()
        return matches.filter { seen.insert(ExactText($0.path)).inserted }
    }
}

extension RuleMatch {
    /// Refuses each pattern that matches no file: files were asked for and none is imported. Images that are not there at all leave
    /// their labels waiting, with a finding.
    func reportUnmatched(in folder: String, to list: inout CaseList) {
        for pattern in unmatched.images where !hasOtherVolumes {
            let error = ImportError.unmatchedPattern(folder: folder, pattern: pattern.description, key: "images")
            list.findings.append(
                ImportFinding(.description, file: folder, problem: error.problem, remedy: error.remedy))
        }
        let images = hasOtherVolumes ? unmatched.images.map { ($0, "images") } : []
        for (pattern, key) in images + unmatched.labels.map({ ($0, "labels") }) {
            list.refuse(
                pattern.description, .unmatchedPattern(folder: folder, pattern: pattern.description, key: key))
        }
    }
}
