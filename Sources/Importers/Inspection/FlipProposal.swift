public import Imaging

/// How a case's labels seem to lie on its image, and why.
public struct FlipProposal: Hashable, Sendable {
    public let flip: LabelFlip
    /// One clause with the measures, for the report and the catalogue.
    public let evidence: String
    /// Whether two measures more say so than say the contrary; one, where the header is known to be wrong.
    public let isStrong: Bool

    /// What is proposed, one clause.
    public var proposal: String {
        switch flip {
        case .none: "the labels fit the image voxel by voxel, against what their own header says"
        case .x, .y, .z: "the labels fit the image only when mirrored along \(flip.rawValue)"
        }
    }
}
