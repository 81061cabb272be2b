/// The files that match a rule in a folder.
struct RuleMatch: Sendable {
    let kinds: [Kind]

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
        let labelled = rule.kinds.map { kind in
            (kind: kind, labels: kind.labels.map { $0.matches(in: listing, folders: kind.labelsAreStacks) })
        }
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
