package import Domain
package import Phantoms
internal import System

/// Writes synthetic datasets in public layouts. Equal requests give equal bytes.
package struct PhantomGeneration: Sendable {
    /// The demonstration plan with its options.
    package struct Request: Sendable {
        /// Created where it is missing; it must not contain a dataset of the plan.
        package var folder: String
        package var seed: UInt64
        /// Voxels along x, y and z.
        package var shape: GridShape
        package var counts: PhantomPlan.Counts
        /// The share of subjects without a file, for each class of the partial dataset; 0 to 1.
        package var missingShare: Double

        package init(
            folder: String, seed: UInt64, shape: GridShape, counts: PhantomPlan.Counts, missingShare: Double
        ) {
            (self.folder, self.seed, self.shape) = (folder, seed, shape)
            (self.counts, self.missingShare) = (counts, missingShare)
        }
    }

    /// The field of view of every volume, in millimetres.
    private static let field = Vector3(384.0, 384.0, 240.0)

    private let progress: any ProgressSink

    package init(progress: any ProgressSink) { self.progress = progress }

    /// - Returns: the datasets, in the order of the plan.
    /// - Throws: `PhantomError`, `ImagingError`.
    package func run(_ request: Request) async throws -> [PhantomGenerator.Output.Dataset] {
        let shape = request.shape
        let spacing = Vector3(
            Self.field.x / Double(shape.x), Self.field.y / Double(shape.y), Self.field.z / Double(shape.z))
        let plan = PhantomPlan.demo(
            seed: request.seed, shape: shape, spacing: spacing, counts: request.counts,
            missingShare: request.missingShare)
        let meter = progress.begin("generate", total: plan.imageCount)
        defer { meter.finish() }
        return try await BlockingWork().run {
            try PhantomGenerator.generate(plan, into: request.folder) { _ in meter.advance() }.datasets
        }
    }
}
