internal import Batches
internal import CacheFiles
internal import Domain

extension TrainingVolume {
    /// Maps a volume of the training cache. Who gave the files has compared them with their checksums.
    ///
    /// - Parameter channels: organs and composite labels.
    /// - Throws: `LibraryError` with the file.
    init(_ item: BatchPlan.Item, organs: Int, channels: Int, missingAsBackground: Bool) throws(LibraryError) {
        let image: CachedFile
        let header: CachedVolumeHeader
        do throws(CacheFileError) {
            image = try CachedFile(item.image, nil, minimum: CachedVolumeHeader.size, isUsed: false)
            header = try CachedVolumeHeader(image.bytes, file: item.image)
        } catch {
            throw LibraryError(error)
        }
        guard header.type == CachedVolumeHeader.int16 else {
            throw .file(item.image, "has voxels of another type than int16")
        }
        let voxels = UnsafeRawBufferPointer(rebasing: image.bytes[CachedVolumeHeader.size...])
        self.init(
            item.volume,
            image: IntensityVoxels(
                voxels.assumingMemoryBound(to: Int16.self), codes: header.intensities.codes, owner: image),
            spacing: header.spacing, normalisation: item.normalisation,
            labels: try Self.labels(item.labels, header.shape, organs: organs, channels: channels),
            missingAsBackground: missingAsBackground)
    }

    private static func labels(
        _ path: String, _ shape: GridShape, organs: Int, channels: Int
    ) throws(LibraryError) -> TrainingLabels {
        let file: CachedFile
        do throws(CacheFileError) {
            file = try CachedFile(path, nil, minimum: CachedLabelsHeader.size, isUsed: false)
            try CachedLabelsHeader.check(file.bytes, path)
        } catch {
            throw LibraryError(error)
        }
        do throws(InvalidLabelBytes) {
            let payload = UnsafeRawBufferPointer(rebasing: file.bytes[CachedLabelsHeader.size...])
            return try TrainingLabels(payload, shape: shape, organs: organs, channels: channels, owner: file)
        } catch {
            throw .file(path, "does not fit: \(error.description)")
        }
    }
}
