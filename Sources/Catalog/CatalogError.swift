public import Domain

/// What the catalogue refuses or cannot find.
public enum CatalogError: Error, Equatable {
    case unknownOrgan(String, nearest: [OrganKey] = [])
    case unknownVolume(String)
    case ambiguousVolume(String, matches: Int)
    case unknownDataset(String)
    case unknownSubject(String)
    case unknownRelease(String, dataset: String, known: [String])
    case removedDataset(String)
    /// The volume is removed or excluded, for that reason.
    case withheldVolume(VolumeID, reason: String)
    /// A scan of a subject who was removed and whose masks are purged.
    case purgedSubject(String, reason: String, revision: Revision)
    /// A case of a release would show another scan than the one on record.
    case exchangedScan(ExchangedScan)
    case unknownRun(String)
    /// The round is not one whose labels became visible.
    case notPublished(run: String, round: Int, published: [Int])
    case unknownSplit(String)
    case unknownMask(MaskID)
    case unknownCheckpoint(CheckpointID)
    case unknownRevision(Revision, newest: Revision)
    case noMask(volume: VolumeID, organ: OrganKey)
    case splitExists(String)
    case tooFewSubjects(split: String, subjects: Int)
    /// The activity split no organ.
    case noPartition(ActivityID)
    case subjectInTwoParts(split: String, subject: String)
}
