package import Catalog
package import DICOM
package import Domain
internal import Imaging
internal import System

/// Why an image has no descriptor.
package struct UndescribableImage: Error {
    package let problem: String
    package let remedy: String
}

/// Computes descriptors of images that were imported.
package struct ImageDescription: Sendable {
    /// The version of descriptors that are computed now.
    package static var version: Int { ImageDescriptor.version }

    private let converted: SeriesCache
    private let disk = BlockingWork()

    package init(converted: SeriesCache) { self.converted = converted }

    /// - Parameters:
    ///   - file: the path of the image, or of the folder of a series.
    ///   - identity: the volume's, which the file must still have.
    /// - Throws: `UndescribableImage`.
    package func describe(
        _ file: String, sha256: Digest, modality: String, identity: Digest
    ) async throws -> DescriptorRecord {
        let converted = converted
        return try await disk.run {
            do {
                let volume = try NIfTIReader().readImage(try converted.volumeFile(at: file, digest: sha256))
                guard volume.identity().exact == identity else {
                    throw UndescribableImage(
                        problem: "the file no longer contains the imported scan",
                        remedy: "restore the file, or import the dataset again")
                }
                return DescriptorRecord(volume.imageDescriptor(isCT: modality == Modality.ct.rawValue))
            } catch let error as ImagingError {
                throw UndescribableImage(problem: error.problem, remedy: error.remedy)
            } catch let error as DICOMError {
                throw UndescribableImage(problem: error.problem, remedy: error.remedy)
            }
        }
    }
}
