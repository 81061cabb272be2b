public import Domain

/// Errors of the catalogue: names that are not found, and requests that are refused.
public enum CatalogError: Error, Equatable {
    case unknownOrgan(String, nearest: [OrganKey] = [])
    case unknownVolume(String)
    case ambiguousVolume(String, matches: Int)
    case unknownDataset(String, nearest: [String] = [])
    case unknownSubject(String)
    case unknownRelease(String, dataset: String, known: [String])
    case removedDataset(String)
    /// The volume is removed or excluded, with the reason.
    case withheldVolume(VolumeID, reason: String)
    /// The voxels of the volume, and of its masks, were destroyed.
    case purgedVolume(VolumeID, PurgeEvent)
    /// An image of a subject who is removed and purged.
    case purgedSubject(String, reason: String, revision: Revision)
    /// The image of a recorded case is the image of another case now.
    case exchangedScan(ExchangedScan)
    case unknownRun(String, nearest: [String] = [])
    /// The round is not a published one of the run.
    case notPublished(run: String, round: Int, published: [Int])
    case unknownSplit(String, nearest: [String] = [])
    case unknownSchedule(String, nearest: [String] = [])
    case unknownMask(MaskID)
    /// The bytes of the mask were destroyed.
    case purgedMask(MaskID, PurgeEvent)
    case unknownCheckpoint(CheckpointID)
    case unknownRevision(Revision, newest: Revision)
    /// A text that is no date or time.
    case unreadableTime(String)
    case futureTime(String)
    /// Nothing was recorded yet at that time; the time of the first revision, nil in an empty catalogue.
    case nothingBefore(String, first: String?)
    case noMask(volume: VolumeID, organ: OrganKey)
    case splitExists(String)
    case tooFewSubjects(split: String, subjects: Int)
    /// The activity is not a partition by side.
    case noPartition(ActivityID)
    case subjectInTwoParts(split: String, subject: String)
}
