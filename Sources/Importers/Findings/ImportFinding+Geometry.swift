public import Domain
internal import Imaging

extension ImportFinding {
    init(_ finding: GeometryFinding, file: String) {
        let (kind, remedy): (Kind, String) =
            switch finding {
            case .noOrientation: (.noOrientation, "check left and right in a viewer")
            case .formsDiffer: (.gridDiffers, "check in a viewer which of the two is right")
            case .sheared, .oblique: (.geometry, "none needed if the gantry or the slices were tilted")
            case .unitConverted: (.geometry, "check that the image has the size of a person")
            }
        self.init(kind, file: file, problem: finding.description, remedy: remedy)
    }

    /// Image and label differ by up to half a voxel.
    init(nearly voxels: Double, file: String) {
        let rounded = (voxels * 1000).rounded() / 1000
        self.init(
            .gridDiffers, file: file, problem: "image and label are \(rounded) voxels apart; treated as one grid",
            remedy: "check in a viewer that they match")
    }

    /// The files do not record whether the images are CT or MR.
    /// - Parameter channels: the dataset's names for the image channels.
    init(unknownModality channels: [String], file: String) {
        let names = channels.isEmpty ? "" : ": " + ImportError.list(channels)
        self.init(
            .description, file: file, problem: "the files do not record whether the images are CT or MR\(names)",
            remedy: "set --modality; runs select volumes by modality, CT by default")
    }

    /// Organs whose labels an earlier import recorded and the files of the case no longer contain.
    /// - Parameter annotator: the annotator of the files; nil: the dataset's labels.
    public static func all(
        takenBack organs: [OrganKey], by annotator: String? = nil, _ files: CaseFiles
    ) -> [ImportFinding] {
        guard let label = files.labels.first, !organs.isEmpty else { return [] }
        return [
            ImportFinding(
                .description, file: label.file.path,
                problem: "\(annotator.map { "the files of \($0)" } ?? "the labels") no longer contain "
                    + ImportError.list(organs.map(\.rawValue)),
                remedy: "none needed: the earlier labels are no longer current; lacuna mask history lists them")
        ]
    }

    /// An image whose modality the files do not record, and which was inferred from its values.
    init(inferred modality: Modality, file: String) {
        self.init(
            .description, file: file,
            problem: "the modality is not recorded; with air near -1000 HU it is imported as \(modality.rawValue)",
            remedy: "set it with --modality, or in the map")
    }

    /// Organs with voxels that are not in the caller's list of complete organs.
    init(leftOut organs: [OrganKey], file: String) {
        self.init(
            .scope, file: file,
            problem: "has voxels of organs that --complete does not list: "
                + ImportError.list(organs.map(\.rawValue)),
            remedy: "they are not recorded; add them to the list, or use --complete present")
    }

    /// Labels that were flipped, or placed on the image contrary to their header, as the caller accepted.
    init(accepted proposal: FlipProposal, file: String) {
        self.init(
            .flip, file: file,
            problem: (proposal.flip.axis == nil ? "placed on the image" : "flipped along \(proposal.flip.rawValue)")
                + " as accepted: \(proposal.evidence)",
            remedy: "none needed if a viewer confirms it")
    }

    /// Labels stored in the opposite handedness to their image, as the caller accepted.
    init(acceptedStorage difference: GridDisagreement, file: String) {
        self.init(
            .flip, file: file, problem: "\(difference); imported according to the header",
            remedy: "none needed if a viewer confirms it")
    }

    /// Labels of a DICOM series stored in the other handedness than the converted volume, without evidence from the voxels.
    init(unconfirmedStorage difference: GridDisagreement, file: String) {
        self.init(
            .gridDiffers, file: file,
            problem: "\(difference); imported according to the header, and too few voxels of soft organs confirm it",
            remedy: "check in a viewer that they match")
    }

    /// A label that covers a part of the image's grid, as the caller accepted.
    /// - Parameter empty: organs without voxels in that part.
    init(acceptedCrop box: VoxelBox, empty: [OrganKey], file: String) {
        self.init(
            .scope, file: file,
            problem: "covers \(box.shape) of the image's voxels and is known only there"
                + (empty.isEmpty ? "" : "; without voxels, and unlabelled: " + ImportError.list(empty.map(\.rawValue))),
            remedy: "none needed; a label with the full extent of the image is known everywhere")
    }

    /// Labels that may be mirrored.
    init(weak proposal: FlipProposal, caseName: String, file: String) {
        self.init(
            .flip, file: file,
            problem: "the labels may be mirrored along \(proposal.flip.rawValue): \(proposal.evidence)",
            remedy: "check them in a viewer; if they are mirrored, import again with --accept flip:\(caseName)")
    }

    /// Labels that a header declares and that match no organ.
    init(unknownNames: [String], file: String) {
        self.init(
            .classUnknown, file: file,
            problem: "declared labels that match no organ: " + ImportError.list(unknownNames) + Self.unknownVoxels,
            remedy: "add the organs to the ontology, or give a label map")
    }

    /// Labels of a description that match no organ.
    init(unmapped labels: [NamedLabel], file: String) {
        let names = labels.flatMap { label in
            label.values.isEmpty ? [label.name] : label.values.map { "\($0) \(label.name)" }
        }
        self.init(
            .classUnknown, file: file,
            problem: "labels that match no organ: " + ImportError.list(names) + Self.unknownVoxels,
            remedy: "add the organs to the ontology, or describe the values with --map: an organ, background or ignored"
        )
    }

    private static let unknownVoxels = "; their voxels may belong to any organ, and are recorded as unknown"
}
