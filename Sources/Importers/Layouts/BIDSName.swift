/// The parsed name of a BIDS file, such as `sub-01_ses-1_space-orig_dseg.nii.gz`.
struct BIDSName: Hashable, Sendable {
    /// Folder, relative to the dataset.
    let place: String
    /// In the order of the name.
    let entities: [Entity]
    /// The kind of file: `dseg`, `T1w`, `ct`.
    let suffix: String

    /// A key and its value, such as `ses-1`.
    struct Entity: Hashable, Sendable {
        let key: String
        let value: String

        /// Nil for a text without a dash.
        init?(_ text: some StringProtocol) {
            guard let dash = text.firstIndex(of: "-") else { return nil }
            (key, value) = (String(text[..<dash]), String(text[text.index(after: dash)...]))
        }
    }

    /// Keys that a derivative adds to those of its source.
    private static let derived: Set<String> = ["space", "seg", "res", "den", "label", "desc", "atlas"]

    init?(_ path: String) {
        let parts = path.split(separator: "/").map(String.init)
        guard let name = parts.last, SourceFile.isVolume(name) else { return nil }
        let elements = SourceFile.stem(of: name).split(separator: "_").map(String.init)
        guard let last = elements.last, elements.first?.hasPrefix("sub-") == true, elements.count > 1 else {
            return nil
        }
        entities = elements.dropLast().compactMap(Entity.init)
        guard entities.count == elements.count - 1 else { return nil }
        (place, suffix) = (parts.dropLast().joined(separator: "/"), last)
    }

    subscript(key: String) -> String? { entities.first { $0.key == key }?.value }

    /// The entities that the file shares with the image from which it was made.
    var source: [Entity] { entities.filter { !Self.derived.contains($0.key) } }

    /// Whether this can be the image of a segmentation: the same source, and no derived entity other than an equal
    /// space.
    func isImage(of segmentation: BIDSName) -> Bool {
        !["dseg", "probseg", "mask"].contains(suffix) && source == segmentation.source
            && (self["space"] == nil || self["space"] == segmentation["space"])
    }
}
