internal import DICOM
internal import System

/// DICOM slices that a pattern of images matches one by one: the image is their folder.
enum SliceMatches {
    /// The matches, the slices of a folder replaced by the folder with the parts that they have in common. Reads the first bytes of
    /// files that have no NIfTI ending.
    static func folders(_ matches: [PathMatch], in listing: FolderListing) -> [PathMatch] {
        var (found, slices) = ([PathMatch](), [String: [PathMatch]]())
        for match in matches {
            let folder = FilePath.parent(of: match.path)
            if folder != ".", isSlice(match.path, in: listing) {
                slices[folder, default: []].append(match)
            } else {
                found.append(match)
            }
        }
        return found
            + slices.sorted { $0.key < $1.key }.map { folder, files in
                PathMatch(
                    path: folder,
                    parts: files[0].parts.filter { part in files.allSatisfy { $0.parts[part.key] == part.value } })
            }
    }

    private static func isSlice(_ path: String, in listing: FolderListing) -> Bool {
        guard !SourceFile.isVolume(path) else { return false }
        return SourceFile.isSlice(path) || SeriesFolder.isDICOM("\(listing.folder.root)/\(path)")
    }
}
