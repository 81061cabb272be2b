package import Catalog
internal import Domain
internal import Imaging
internal import Numerics

/// Compares the left-to-right positions of the current masks of organs that belong on one side of each other.
package struct ReversedSideSearch {
    package struct Result: Sendable {
        /// Pairs in which the organ that belongs on the patient's right has the smaller world x.
        package let reversed: [SidedMasks]
        /// Number of pairs of organs that were compared.
        package let pairs: Int
        /// Number of volumes with at least one such pair.
        package let volumes: Int
    }

    /// Number of centres that are recorded together.
    private static let batch = 500

    private let workspace: Workspace

    package init(_ workspace: Workspace) { self.workspace = workspace }

    /// - Parameter minimumDistance: pairs that are reversed by less are left out; in millimetres, 0 or more.
    /// - Throws: `WorkflowError` of kind `damaged` for a mask that cannot be read.
    package func run(minimumDistance: Double) async throws -> Result {
        try await recordMissingCentres()
        let pairs = try await workspace.catalog.sidedMasks()
        return Result(
            reversed: pairs.filter { $0.areReversed && $0.leftX - $0.rightX >= minimumDistance },
            pairs: pairs.count, volumes: Set(pairs.map(\.volume)).count)
    }

    /// Imports record the centres of their masks; those of other masks are computed here, once.
    private func recordMissingCentres() async throws {
        let missing = try await workspace.catalog.sidedMasksWithoutCentre()
        guard !missing.isEmpty else { return }
        let masks = try await workspace.masks()
        let meter = workspace.progress.begin("masks", total: missing.count)
        defer { meter.finish() }
        for start in stride(from: 0, to: missing.count, by: Self.batch) {
            var centres: [MaskCentre] = []
            for mask in missing[start..<min(missing.count, start + Self.batch)] {
                let foreground = try await masks.read(mask.location, shape: mask.shape).foreground
                if let centre = VolumeMeasure.centre(foreground) {
                    centres.append(MaskCentre(mask: mask.location.mask, centre: centre))
                }
                meter.advance()
            }
            try await workspace.catalog.record(centres)
        }
    }
}
