internal import Domain

/// One interpretation of a folder: a layout that matches it.
struct LayoutReading {
    let name: LayoutName
    /// Less specific layouts that match the same files.
    var overrides: Set<LayoutName> = []
    /// Distinguishes several interpretations by one layout; nil where there is one.
    var detail: String?
    let make: () throws(ImportError) -> any Layout

    /// For messages.
    var description: String { detail.map { "\($0) (\(name.rawValue))" } ?? name.recognisedBy }

    /// The interpretations that match the folder's structure and descriptions.
    /// - Parameter asked: the layout that the caller specified; less evidence is required for it.
    static func all(
        _ listing: FolderListing, _ options: ImportOptions, asked: LayoutName?
    ) throws(ImportError) -> [LayoutReading] {
        var found = try rules(listing, options, asked)
        let folder = listing.folder
        if NNUNetDescription.fits(folder) {
            found.append(
                LayoutReading(name: .nnunet) { () throws(ImportError) in
                    try NNUNetLayout(folder, options: options)
                })
        } else if DecathlonLayout.fits(folder) {
            found.append(
                LayoutReading(name: .msd) { () throws(ImportError) in
                    try DecathlonLayout(folder, options: options)
                })
        } else {
            found += try classFiles(folder, options, asked)
        }
        found += try exchangeFormats(listing, options)
        let parts = BTCVLayout.parts(of: folder)
        if !parts.isEmpty {
            found.append(
                LayoutReading(name: .btcv) { () throws(ImportError) in
                    try BTCVLayout(folder, parts: parts, options: options)
                })
        }
        return asked.map { asked in found.filter { $0.name == asked } } ?? found
    }

    private static func rules(
        _ listing: FolderListing, _ options: ImportOptions, _ asked: LayoutName?
    ) throws(ImportError) -> [LayoutReading] {
        let source = try ImageSource(dataset: listing.folder, images: options.images)
        return LayoutRule.all.filter { asked == nil || $0.name == asked }.compactMap { rule in
            let match = RuleMatch(rule, in: listing, images: source)
            guard match.identifies(rule, source, isAsked: asked != nil) else { return nil }
            return LayoutReading(name: rule.name, overrides: rule.overrides) { () throws(ImportError) in
                try RuleLayout(rule, match, in: listing, options: options)
            }
        }
    }

    /// BIDS derivatives, and each of the datalists that a folder may contain.
    private static func exchangeFormats(
        _ listing: FolderListing, _ options: ImportOptions
    ) throws(ImportError) -> [LayoutReading] {
        let segmentations = BIDSLayout.segmentations(in: listing)
        var found: [LayoutReading] = []
        if !segmentations.isEmpty {
            found.append(
                LayoutReading(name: .bids) { () throws(ImportError) in
                    try BIDSLayout(listing, segmentations, options: options)
                })
        }
        for file in DatalistLayout.files(in: listing) {
            let source = SourceFile(root: listing.folder.root, path: file)
            found.append(
                LayoutReading(name: .monai, detail: file) { () throws(ImportError) in
                    try DatalistLayout(source, options: options)
                })
        }
        return found
    }

    private static func classFiles(
        _ folder: DatasetFolder, _ options: ImportOptions, _ asked: LayoutName?
    ) throws(ImportError) -> [LayoutReading] {
        let folders = ClassFolder.all(in: folder)
        guard !folders.isEmpty else { return [] }
        let layout = try ClassFilesLayout(folder, folders: folders, asked: asked, options: options)
        return [LayoutReading(name: layout.name) { () throws(ImportError) in layout }]
    }
}
