internal import Domain

/// The files that match a rule in a folder.
struct RuleMatch: Sendable {
    let kinds: [Kind]
    /// The patterns of images or labels that match no file.
    let unmatched: (images: [PathPattern], labels: [PathPattern])
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
        let imagePatterns = source.elsewhere == nil && rule.name == .mapped ? rule.kinds.flatMap(\.images) : []
        unmatched = (
            imagePatterns.filter { $0.matches(in: listing).isEmpty },
            rule.name == .mapped ? labelPatterns.filter { $0.1.isEmpty }.map(\.0) : []
        )
        var taken = Set<String>()
        if source.elsewhere == nil { taken = Set(labelled.flatMap(\.labels).joined().map(\.path)) }
        kinds = labelled.map { kind, labels in
            let files = Self.images(kind, source, listing).filter { taken.insert($0.path).inserted }
            let known = Set(files.map { $0.key(kind.joint) })
            let series = Self.series(kind, source, listing).filter {
                !known.contains($0.key(kind.joint)) && taken.insert($0.path).inserted
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
        guard let elsewhere = source.elsewhere else { return unique(kind.images.flatMap { $0.matches(in: listing) }) }
        guard case .folder(let folder) = elsewhere else { return [] }
        let place = FolderListing(folder)
        return unique(kind.images.flatMap { $0.endings(keeping: Set(kind.joint)) }.flatMap { $0.matches(in: place) })
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
        var seen = Set<String>()
        return matches.filter { seen.insert($0.path).inserted }
    }
}

extension RuleMatch {
    private func finding(_ pattern: PathPattern, _ key: String, _ folder: String) -> ImportFinding {
        ImportFinding(
            .description, file: folder, problem: "no file matches \(pattern), which the map lists under \(key)",
            remedy: "correct the pattern, or remove it; capitals and folders count")
    }

    /// A finding for each pattern that matches no file.
    func unmatchedFindings(in folder: String) -> [ImportFinding] {
        unmatched.images.map { finding($0, "images", folder) } + unmatched.labels.map { finding($0, "labels", folder) }
    }
}
