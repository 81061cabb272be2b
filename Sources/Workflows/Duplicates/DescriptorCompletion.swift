package import Catalog
internal import DICOM
internal import Domain
internal import Imaging
internal import Importers
internal import System

/// Computes the image descriptors that volumes lack, from their image files.
package struct DescriptorCompletion {
    package struct Result: Sendable {
        /// Number of volumes that had no image descriptor.
        package let undescribed: Int
        /// The volumes of these that still have none.
        package let failures: [Failure]
    }

    /// A volume whose image could not be described.
    package struct Failure: Error {
        package let image: UndescribedImage
        package let problem: String
        package let remedy: String
    }

    private let workspace: Workspace
    private let disk = BlockingWork()

    package init(_ workspace: Workspace) { self.workspace = workspace }

    /// Describes one volume after another; each is recorded at once.
    package func run() async throws -> Result {
        let images = try await workspace.catalog.volumesWithoutDescriptor(version: ImageDescriptor.version)
        let meter = workspace.progress.begin("describe", total: images.count)
        defer { meter.finish() }
        var failures: [Failure] = []
        for image in images {
            do {
                try await workspace.catalog.record(try await describe(image), of: image.volume)
            } catch let failure as Failure {
                failures.append(failure)
            }
            meter.advance()
        }
        return Result(undescribed: images.count, failures: failures)
    }

    /// - Throws: `Failure`.
    private func describe(_ image: UndescribedImage) async throws -> DescriptorRecord {
        let converted = workspace.converted
        return try await disk.run {
            do {
                let file = try converted.volumeFile(at: image.file, digest: image.sha256)
                let volume = try NIfTIReader().readImage(file)
                guard volume.identity().exact == image.identity else {
                    throw Failure(
                        image: image, problem: "the file no longer contains the imported scan",
                        remedy: "restore the file, or import the dataset again")
                }
                return DescriptorRecord(volume.imageDescriptor(isCT: image.modality == Modality.ct.rawValue))
            } catch let error as ImagingError {
                throw Failure(image: image, problem: error.problem, remedy: error.remedy)
            } catch let error as DICOMError {
                throw Failure(image: image, problem: error.problem, remedy: error.remedy)
            }
        }
    }
}
