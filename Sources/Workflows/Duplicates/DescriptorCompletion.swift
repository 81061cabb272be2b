package import Catalog
internal import Imaging

/// Computes the image descriptors that volumes lack, from their image files.
package struct DescriptorCompletion {
    package struct Result: Sendable {
        /// Number of volumes that had no image descriptor.
        package let undescribed: Int
        /// The volumes of these that still have none.
        package let failures: [Failure]
    }

    /// A volume whose image could not be described.
    package struct Failure: Sendable {
        package let image: UndescribedImage
        package let problem: String
        package let remedy: String
    }

    private let workspace: Workspace

    package init(_ workspace: Workspace) { self.workspace = workspace }

    /// Describes one volume after another; each is recorded at once.
    package func run() async throws -> Result {
        let images = try await workspace.catalog.volumesWithoutDescriptor(version: ImageDescriptor.version)
        let meter = workspace.progress.begin("describe", total: images.count)
        defer { meter.finish() }
        let description = ImageDescription(converted: workspace.converted)
        var failures: [Failure] = []
        for image in images {
            do {
                let record = try await description.describe(
                    image.file, sha256: image.sha256, modality: image.modality, identity: image.identity)
                try await workspace.catalog.record(record, of: image.volume)
            } catch let error as UndescribableImage {
                failures.append(Failure(image: image, problem: error.problem, remedy: error.remedy))
            }
            meter.advance()
        }
        return Result(undescribed: images.count, failures: failures)
    }
}
