internal import DICOM
internal import Domain
internal import Imaging

/// Checks the volumes converted from DICOM series. Blocks.
struct ConvertedVolumeCheck: Sendable {
    let cache: SeriesCache
    /// Whether the headers of the volumes are read.
    let readsData: Bool

    /// - Parameters:
    ///   - recorded: the digests of all series that rows of data in use name.
    ///   - withdrawn: those that only rows of removed data name.
    func findings(recorded: Set<Digest>, withdrawn: Set<Digest>) -> [IntegrityFinding] {
        cache.contents.compactMap { digest in
            let path = cache.path(of: digest)
            guard recorded.contains(digest) else {
                return IntegrityFinding(
                    .orphan, .converted, path,
                    withdrawn.contains(digest)
                        ? "its series is of removed data; lacuna verify --sweep removes it"
                        : "no row names it; lacuna verify --sweep removes it after a day")
            }
            guard readsData, (try? NIfTIReader().readHeader(path)) == nil else { return nil }
            return IntegrityFinding(
                .damaged, .converted, path, "it cannot be read; remove it, and it is converted again when needed")
        }
    }
}
