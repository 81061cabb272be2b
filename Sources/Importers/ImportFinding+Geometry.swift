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

    /// Labels that a header declares and no organ is known for.
    init(unknownNames: [String], file: String) {
        self.init(
            .classUnknown, file: file,
            problem: "declared labels of no known organ: " + ImportError.list(unknownNames),
            remedy: "they are not imported; add the organs to the ontology, or give a label map")
    }
}
