internal import Catalog
internal import Domain
internal import Learning

/// A repetition of a round, compared with what the catalogue has of it.
struct ReproducedRound: Sendable {
    let run: String
    let round: Int
    /// The parameters and the optimiser's state of the network.
    let network: CheckpointComparison
    /// The confidence head; nil where the method has none.
    let confidence: CheckpointComparison?
    let masks: [ReproducedMask]
    /// Known reasons why results can differ.
    let reasons: [String]

    var isEqual: Bool {
        network.differences.isEmpty && confidence?.differences.isEmpty != false && masks.allSatisfy(\.isEqual)
    }
}

/// A pseudo mask of a repetition beside the stored one.
struct ReproducedMask: Sendable {
    enum Difference: Sendable, Hashable {
        /// Voxels of the foreground and of the validity mask that differ.
        case voxels(foreground: Int, validity: Int)
        /// The masks are equal, their confidences are not.
        case confidence
        /// Only the repetition made it, or only the round.
        case added, missing
        /// Its volume is no longer one of the run.
        case unavailable
    }

    let volume: VolumeID
    let organ: OrganKey
    /// Nil: equal bit for bit.
    let difference: Difference?

    var isEqual: Bool { difference == nil }
}
