public import Domain

/// A case on record whose image shows another scan now.
public struct ExchangedImage: Hashable, Sendable {
    public let caseName: String
    /// The volume on record.
    public let volume: VolumeID
    /// Whether the voxels are those of that volume in another orientation.
    public let isTurned: Bool
    /// The volume that the image shows now; nil for a new one.
    public let shown: VolumeID?
    /// What that one is known as, `DATASET/CASE`.
    public let shownAs: [String]
    /// The release that the case is of.
    public let release: String

    public init(
        caseName: String, volume: VolumeID, isTurned: Bool, shown: VolumeID?, shownAs: [String], release: String
    ) {
        (self.caseName, self.volume, self.isTurned) = (caseName, volume, isTurned)
        (self.shown, self.shownAs, self.release) = (shown, shownAs, release)
    }

    var problem: String {
        let found: String =
            if let shown, !shownAs.isEmpty {
                "it is the scan of \(shownAs.joined(separator: ", ")), volume \(shown)"
            } else if let shown {
                "it is volume \(shown)"
            } else if isTurned {
                "it has the same voxels mirrored or turned"
            } else {
                "its voxels are new to the catalogue"
            }
        return "the image is another scan than the one imported as case \(caseName), volume \(volume): \(found)"
    }

    var remedy: String {
        "put the imported file back; or, where the dataset itself has another image now, import the folder as a release of its "
            + "own: --release \(release)+NAME"
    }
}
