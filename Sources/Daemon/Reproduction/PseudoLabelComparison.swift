internal import Catalog
internal import Domain
internal import Imaging
internal import Learning
internal import Workflows

/// Compares pseudo labels of one volume with the stored ones, on the volume's own grid.
struct PseudoLabelComparison {
    let reader: MaskReader
    let volume: RunVolume
    let grid: TrainingGrid

    /// Nil where the masks and their confidences are equal bit for bit.
    /// - Throws: `WorkflowError` of kind `damaged`, `ObjectStoreError` where the stored mask cannot be read.
    func difference(_ label: PseudoLabel, _ original: RoundLabel?) async throws -> ReproducedMask.Difference? {
        guard let original else { return .added }
        let stored = try await reader.read(original.mask, shape: volume.shape)
        let (foreground, known) = (grid.up(label.foreground), grid.up(validity: label.known))
        let everything = BitVolume(volume.shape, repeating: true)
        let counts = (
            Self.differing(foreground, stored.foreground), Self.differing(known, stored.known ?? everything)
        )
        guard counts == (0, 0) else { return .voxels(foreground: counts.0, validity: counts.1) }
        // The catalogue keeps single precision.
        return label.confidence.map { Float($0) } == original.confidence.map { Float($0) } ? nil : .confidence
    }

    private static func differing(_ a: BitVolume, _ b: BitVolume) -> Int {
        zip(a.words, b.words).reduce(0) { $0 + ($1.0 ^ $1.1).nonzeroBitCount }
    }
}
