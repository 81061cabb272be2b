public import Domain
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

    /// Nothing says whether the images are CT or MR.
    /// - Parameter words: what the dataset calls its images' channels instead.
    init(unknownModality words: [String], file: String) {
        let told = words.isEmpty ? "" : ": " + ImportError.list(words)
        self.init(
            .description, file: file, problem: "nothing says whether the images are CT or MR\(told)",
            remedy: "say it with --modality; runs take volumes by modality, CT where they do not say")
    }

    /// Organs that the files of a case said something of in an earlier import.
    /// - Parameter annotator: whose files; nil: the labels.
    public static func all(
        takenBack organs: [OrganKey], by annotator: String? = nil, _ files: CaseFiles
    ) -> [ImportFinding] {
        guard let label = files.labels.first, !organs.isEmpty else { return [] }
        return [
            ImportFinding(
                .description, file: label.file.path,
                problem: "\(annotator.map { "the files of \($0)" } ?? "the labels") say nothing any more of "
                    + ImportError.list(organs.map(\.rawValue)),
                remedy: "what they said before is taken back; lacuna mask history has it")
        ]
    }

    /// An image of which nothing says what it shows, and whose values do.
    init(inferred modality: Modality, file: String) {
        self.init(
            .description, file: file,
            problem: "nothing says whether it is CT or MR; with air near -1000 HU it is taken for \(modality.rawValue)",
            remedy: "say it with --modality, or in the map")
    }

    /// Organs with voxels that are not among those that the caller calls complete.
    init(leftOut organs: [OrganKey], file: String) {
        self.init(
            .scope, file: file,
            problem: "it has voxels of organs that are not called complete: "
                + ImportError.list(organs.map(\.rawValue)),
            remedy: "they are not recorded; name them too, or say present")
    }

    /// Labels that lie on the image as the caller accepted.
    init(accepted proposal: FlipProposal, file: String) {
        self.init(
            .flip, file: file,
            problem: (proposal.flip.axis == nil ? "laid on the image" : "mirrored along \(proposal.flip.rawValue)")
                + " as accepted: \(proposal.evidence)",
            remedy: "nothing, if a look at them agrees")
    }

    /// Labels that are stored mirrored to their image, as the caller accepted.
    init(acceptedStorage difference: GridDisagreement, file: String) {
        self.init(
            .flip, file: file, problem: "\(difference); taken as the header says",
            remedy: "nothing, if a look at them agrees")
    }

    /// Labels that may lie mirrored.
    init(weak proposal: FlipProposal, caseName: String, file: String) {
        self.init(
            .flip, file: file,
            problem: "they may be mirrored along \(proposal.flip.rawValue): \(proposal.evidence)",
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
