internal import Catalog
internal import DICOM
internal import Domain
internal import Imaging
internal import Plans
internal import System

/// Reads the values of annotated voxels from a sample of images.
struct IntensitySample: Sendable {
    struct Result: Sendable {
        var intensities = ForegroundIntensities()
        var unread: [DataPlan.UnreadImage] = []
        /// Number of volumes that were chosen.
        var chosen = 0
    }

    let converted: SeriesCache
    let masks: MaskReader
    let progress: any ProgressSink
    private let work = BlockingWork()

    init(converted: SeriesCache, masks: MaskReader, progress: any ProgressSink) {
        (self.converted, self.masks, self.progress) = (converted, masks, progress)
    }

    /// Reads at most so many of the volumes that have a mask, spread evenly over them in the order of their ids.
    ///
    /// - Throws: `WorkflowError` of kind `badInput` where none can be read, or where no voxel of those that can is annotated; the errors of
    ///   `MaskReader`.
    func read(_ volumes: [RunVolume], of snapshot: RunSnapshot, atMost limit: Int) async throws -> Result {
        func masks(of volume: RunVolume) -> [MaskLocation] {
            snapshot.organs.compactMap { snapshot.labels(of: volume.id)[$0]?.mask }
        }
        let chosen = Self.spread(volumes.filter { !masks(of: $0).isEmpty }, limit)
        var result = Result(chosen: chosen.count)
        guard !chosen.isEmpty else { return result }
        let meter = progress.begin("intensities", total: chosen.count)
        defer { meter.finish() }
        for volume in chosen {
            try Task.checkCancellation()
            do throws(Unreadable) {
                result.intensities.add(try await counts(in: volume, masks(of: volume)))
            } catch {
                guard let problem = error.problem else { throw error.cause }
                result.unread.append(DataPlan.UnreadImage(file: volume.location, problem: problem))
            }
            meter.advance()
        }
        try requireVoxels(result)
        return result
    }

    private func requireVoxels(_ result: Result) throws(WorkflowError) {
        guard result.intensities.voxels == 0 else { return }
        if let first = result.unread.first, result.unread.count == result.chosen {
            throw WorkflowError(
                .badInput, "no image of the sample can be read: \(first.problem)", file: first.file,
                remedy: "restore the images to the folder from which they were imported, or record where they are with "
                    + "lacuna dataset relocate")
        }
        throw WorkflowError(
            .badInput, "the masks of the sample are empty, so that no window follows from them",
            remedy: "give a larger --sample, or check the labels with lacuna label conflicts")
    }

    static func spread<Element>(_ all: [Element], _ limit: Int) -> [Element] {
        guard all.count > limit else { return all }
        return (0..<limit).map { all[$0 * all.count / limit] }
    }

    /// The number of voxels of each Hounsfield unit in any of the masks.
    private func counts(in volume: RunVolume, _ locations: [MaskLocation]) async throws(Unreadable) -> [Int] {
        do {
            var organs = BitVolume(volume.shape)
            for location in locations {
                organs.formUnion(try await masks.read(location, shape: volume.shape).foreground)
            }
            return try await work.run { [converted, organs] in
                try Self.image(of: volume, converted).voxels.counts(in: organs, of: ForegroundIntensities.range)
            }
        } catch let error as ImagingError {
            throw Unreadable(problem: error.problem, cause: error)
        } catch let error as DICOMError {
            throw Unreadable(problem: error.problem, cause: error)
        } catch let error as ChangedImage {
            throw Unreadable(problem: "the image is not the file that was imported", cause: error)
        } catch {
            throw Unreadable(problem: nil, cause: error)
        }
    }

    /// Blocks.
    private static func image(of volume: RunVolume, _ converted: SeriesCache) throws -> ImageVolume {
        let file = try converted.volumeFile(at: volume.location, digest: volume.sha256)
        let image = try NIfTIReader().readImage(file)
        // A converted volume is named by the digest of its series.
        guard file != volume.location || image.file.digest == volume.sha256, image.shape == volume.shape else {
            throw ChangedImage()
        }
        return image
    }

    private struct ChangedImage: Error {}

    /// Why a volume has no values.
    private struct Unreadable: Error {
        /// Nil where the plan cannot go on.
        let problem: String?
        let cause: any Error
    }
}

extension RunVolume {
    /// The path of its image.
    fileprivate var location: String { "\(root)/\(file)" }
}
