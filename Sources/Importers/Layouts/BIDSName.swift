/// The file name of a BIDS file in its parts: `sub-01_ses-1_space-orig_dseg.nii.gz`.
struct BIDSName: Hashable, Sendable {
    /// Folder, relative to the dataset.
    let place: String
    /// Key and value, in the order of the name.
    let entities: [Entity]
    /// What the file is: `dseg`, `T1w`, `ct`.
    let suffix: String

    struct Entity: Hashable, Sendable {
        let key: String
        let value: String
    }

    /// Entities that a derivative adds to its source's.
    private static let derived: Set<String> = ["space", "seg", "res", "den", "label", "desc", "atlas"]

    init?(_ path: String) {
        let parts = path.split(separator: "/").map(String.init)
        guard let name = parts.last, SourceFile.isVolume(name) else { return nil }
        let words = SourceFile.stem(of: name).split(separator: "_").map(String.init)
        guard let last = words.last, words.first?.hasPrefix("sub-") == true, words.count > 1 else { return nil }
        entities = words.dropLast().compactMap { word in
            guard let dash = word.firstIndex(of: "-") else { return nil }
            return Entity(key: String(word[..<dash]), value: String(word[word.index(after: dash)...]))
        }
        guard entities.count == words.count - 1 else { return nil }
        (place, suffix) = (parts.dropLast().joined(separator: "/"), last)
    }

    subscript(key: String) -> String? { entities.first { $0.key == key }?.value }

    /// What the file has in common with the image that it was made from.
    var source: [Entity] { entities.filter { !Self.derived.contains($0.key) } }

    /// Whether this may be the image under a segmentation: the same source, and nothing derived but a space.
    func isImage(of segmentation: BIDSName) -> Bool {
        !["dseg", "probseg", "mask"].contains(suffix) && source == segmentation.source
            && (self["space"] == nil || self["space"] == segmentation["space"])
    }
}
