internal import Imaging

extension ImportFinding {
    init(_ finding: GeometryFinding, file: String) {
        let (kind, remedy): (Kind, String) =
            switch finding {
            case .noOrientation: (.noOrientation, "check left and right in a viewer")
            case .formsDiffer: (.gridDiffers, "check that both place the image alike")
            case .sheared, .oblique: (.geometry, "nothing, if the scanner was tilted")
            case .unitConverted: (.geometry, "check that the image has the size of a person")
            }
        self.init(kind, file: file, problem: finding.description, remedy: remedy)
    }

    /// Image and label differ by up to half a voxel.
    init(nearly voxels: Double, file: String) {
        let rounded = (voxels * 1000).rounded() / 1000
        self.init(
            .gridDiffers, file: file, problem: "image and label lie \(rounded) voxels apart; taken as one grid",
            remedy: "check in a viewer that they fit")
    }

    /// Labels that lie on the image as the caller accepted.
    init(accepted proposal: TurnProposal, file: String) {
        self.init(
            .flip, file: file,
            problem: (proposal.turn.axis == nil ? "laid on the image" : "mirrored along \(proposal.turn.rawValue)")
                + " as accepted: \(proposal.evidence)",
            remedy: "nothing, if a look at them agrees")
    }

    /// Labels that may lie mirrored.
    init(weak proposal: TurnProposal, caseName: String, file: String) {
        self.init(
            .flip, file: file,
            problem: "they may be mirrored along \(proposal.turn.rawValue): \(proposal.evidence)",
            remedy: "look at them in a viewer; if they are, import again with --accept flip:\(caseName)")
    }

    /// Labels that a header declares and no organ is known for.
    init(unknownNames: [String], file: String) {
        self.init(
            .classUnknown, file: file,
            problem: "declared labels of no known organ: " + ImportError.list(unknownNames),
            remedy: "they are not imported; add the organs to the ontology, or give a label map")
    }
}
