public import Domain

/// A recorded case whose image file now contains another recorded scan.
public struct ExchangedImage: Hashable, Sendable {
    public let caseName: String
    /// The case's recorded volume.
    public let volume: VolumeID
    /// The volume in the image file now.
    public let shown: VolumeID
    /// The names of that volume, as `DATASET/CASE`.
    public let shownAs: [String]
    /// The release of the case.
    public let release: String

    public init(caseName: String, volume: VolumeID, shown: VolumeID, shownAs: [String], release: String) {
        (self.caseName, self.volume, self.shown) = (caseName, volume, shown)
        (self.shownAs, self.release) = (shownAs, release)
    }

    var problem: String {
        let names = shownAs.isEmpty ? "" : "the scan of \(shownAs.joined(separator: ", ")), "
        return "the image is not the scan that was imported as case \(caseName), volume \(volume): it is "
            + "\(names)volume \(shown)"
    }

    var remedy: String {
        "restore the imported file; or, if the dataset itself has changed, import the folder as a release of its own: "
            + "--release \(release)+NAME"
    }
}
