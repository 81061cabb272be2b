public import Domain

/// A case on record whose image shows the scan of another case now.
public struct ExchangedImage: Hashable, Sendable {
    public let caseName: String
    /// The volume on record.
    public let volume: VolumeID
    /// The volume that the image shows now.
    public let shown: VolumeID
    /// What that one is known as, `DATASET/CASE`.
    public let shownAs: [String]
    /// The release that the case is of.
    public let release: String

    public init(caseName: String, volume: VolumeID, shown: VolumeID, shownAs: [String], release: String) {
        (self.caseName, self.volume, self.shown) = (caseName, volume, shown)
        (self.shownAs, self.release) = (shownAs, release)
    }

    var problem: String {
        let names = shownAs.isEmpty ? "" : "the scan of \(shownAs.joined(separator: ", ")), "
        return "the image is another scan than the one imported as case \(caseName), volume \(volume): it is "
            + "\(names)volume \(shown)"
    }

    var remedy: String {
        "put the imported file back; or, where the dataset itself has another image now, import the folder as a release of its "
            + "own: --release \(release)+NAME"
    }
}
