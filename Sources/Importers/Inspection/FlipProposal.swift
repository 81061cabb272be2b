public import Imaging

/// A proposal to flip the labels of a case, or to place them on the image contrary to their header, with its evidence.
public struct FlipProposal: Hashable, Sendable {
    public let flip: LabelFlip
    /// One clause with the measures, for the report and the catalogue.
    public let evidence: String
    /// Whether at least two more measures favour the proposal than oppose it; one more where the header is known to be
    /// wrong.
    public let isStrong: Bool

    /// The proposal, one clause.
    public var proposal: String {
        switch flip {
        case .none: "the labels match the image voxel by voxel, contrary to their own header"
        case .x, .y, .z: "the labels match the image only when flipped along \(flip.rawValue)"
        }
    }
}
