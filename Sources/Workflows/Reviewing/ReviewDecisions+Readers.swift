internal import Catalog
internal import Domain
internal import System

extension ReviewDecisions {
    /// The least Dice of two masks that agree.
    private static let leastDice = 0.9
    private static let toleranceInMillimetres = 2.0

    /// How a decision compares with that of another reader: the same one, or two masks that overlap.
    ///
    /// - Parameter mask: of the decision; nil for a rejection and an absence.
    func agreement(
        of action: ReviewAction, _ mask: KnownMask?, in volume: VolumeRow, with opinion: ReviewReaders.Opinion?
    ) async throws -> ReaderAgreement? {
        guard let opinion else { return nil }
        guard let mask, let other = opinion.mask else {
            return ReaderAgreement(with: opinion.event, agrees: action == opinion.action)
        }
        let catalog = workspace.catalog
        let theirs = try await workspace.masks().read(
            try await catalog.mask(other).location, try await catalog.limits(of: other), shape: volume.shape)
        return await BlockingWork().run {
            let comparison = MaskComparison(theirs, mask, spacing: volume.spacing)
            return ReaderAgreement(
                with: opinion.event, agrees: (comparison.dice ?? 1) >= Self.leastDice, dice: comparison.dice,
                nsd: comparison.surfaceDice(toleranceInMillimetres: Self.toleranceInMillimetres))
        }
    }
}
