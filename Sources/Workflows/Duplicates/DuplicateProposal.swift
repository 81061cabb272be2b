package import Catalog
internal import Domain

/// A pair of volumes that may show the same scan.
package struct DuplicateProposal: Sendable {
    package enum Similarity: Sendable {
        /// Equal values in another voxel order.
        case reordered
        /// Equal values after clipping to ±1000 HU.
        case clipped
        /// Similar over the whole scan, the lower 180 mm, or the upper 180 mm.
        case whole, lowerEnd, upperEnd
    }

    package let pair: DuplicateRow
    /// 0 to 1; 1 for pairs with equal keys.
    package let score: Double
    package let similarity: Similarity

    var volumes: [VolumeID] { [pair.first.id, pair.second.id] }

    init(pair: DuplicateRow, score: Double, similarity: Similarity) {
        (self.pair, self.score, self.similarity) = (pair, score, similarity)
    }

    /// A pair with equal keys.
    init(equal pair: DuplicateRow) {
        let similarity: Similarity =
            switch pair.kind {
            case .orientation: .reordered
            case .clipped: .clipped
            case .near: .whole
            }
        self.init(pair: pair, score: 1, similarity: similarity)
    }
}
