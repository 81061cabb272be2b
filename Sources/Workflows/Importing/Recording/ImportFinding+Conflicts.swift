internal import Catalog
internal import Domain
internal import Importers

extension ImportFinding {
    /// Annotated here and absent there, or the reverse.
    /// - Parameter isAccepted: whether the caller accepts contradicting labels.
    init(
        _ label: InspectedLabel, contradicts rival: CompetingAnnotation, caseName: String, _ dataset: String,
        isAccepted: Bool
    ) {
        let (here, there) = label.status == .absent ? ("absent", "annotated") : ("annotated", "absent")
        let known = rival.isEarlier ? "in the earlier import of this release" : "by \(rival.source) in the same scan"
        let isHeld = rival.choice == .held && !isAccepted
        let both = "lacuna mask history \(dataset)/\(caseName) \(label.organ)"
        let effect =
            switch rival.choice {
            case _ where rival.isEarlier: "the new label replaces it"
            case .held where !isAccepted:
                "origin and policy do not decide, so the new label is held and the other stays current"
            case .held: "the new label is current, as accepted"
            case .new: "the new label is current, by the policy"
            case .recorded: "the other stays current, by the policy"
            }
        self.init(
            .conflict, file: label.file.file.path,
            problem: "\(label.organ) is \(here) here and \(there) \(known): \(effect)",
            remedy: isHeld
                ? "check both, \(both); to use the new label, import again with --accept conflict:\(caseName) or rank the "
                    + "datasets with lacuna mask policy set datasets"
                : "check both, \(both); lacuna label conflicts lists all")
    }

    /// Two masks of one organ with few common voxels.
    init(_ label: InspectedLabel, overlaps rival: CompetingAnnotation, dice: Double, caseName: String) {
        let rounded = (dice * 1000).rounded() / 1000
        let known = rival.isEarlier ? "that of the earlier import" : "that by \(rival.source) in the same scan"
        self.init(
            .conflict, file: label.file.file.path,
            problem: "the mask of \(label.organ) overlaps little with \(known), Dice \(rounded): "
                + (rival.choice == .recorded ? "the other stays current" : "the new one is current"),
            remedy:
                "check both in a viewer; lacuna mask compare \(caseName) \(label.organ) compares them, and lacuna mask "
                + "policy set changes which is current")
    }

    /// The recorded mask is damaged.
    init(notCompared label: InspectedLabel, _ rival: CompetingAnnotation, _ error: WorkflowError) {
        self.init(
            .conflict, file: label.file.file.path,
            problem: "the mask of \(label.organ) cannot be compared with that by \(rival.source): \(error.problem)",
            remedy: error.remedy ?? "run lacuna verify --read-data")
    }

    /// A part of an organ is annotated and the organ absent, one of them here and the other elsewhere.
    init(_ label: InspectedLabel, besides known: CurrentAnnotation, caseName: String) {
        let (part, whole) = label.status == .absent ? (known.organ, label.organ) : (label.organ, known.organ)
        let (source, here) =
            label.status == .absent
            ? ("annotated by \(known.source)", "absent here") : ("annotated here", "absent by \(known.source)")
        self.init(
            .conflict, file: label.file.file.path,
            problem: "\(part), which is inside \(whole), is \(source), and \(whole) is \(here): both are recorded",
            remedy: "correct the wrong one with lacuna label set \(caseName) ORGAN absent or unlabelled")
    }

    /// Equal voxels of another subject.
    /// - Parameter key: `DATASET/KEY` of the case.
    init(_ clash: SubjectClash, key: String, file: String) {
        let voxels = "the case is of subject \(key), but the same voxels are recorded for \(clash.recorded)"
        self.init(
            .conflict, file: file,
            problem: clash.areApart
                ? "\(voxels): they are known as different patients, so the scan stays with \(clash.recorded)"
                : "\(voxels): the import would join the two subjects",
            remedy: clash.areApart
                ? "find out whose scan it is, and correct the table of subjects or remove the file"
                : "nothing, if they are one patient; else name the patients with --subjects FILE.csv")
    }

    /// Equal voxels with another spacing.
    init(spacing: Vector3<Double>, unlike other: KnownScan.Source, volume: VolumeID, file: String) {
        self.init(
            .conflict, file: file,
            problem: "the header gives a spacing of \(spacing.inMillimetres), that of \(other.name) gives "
                + "\(other.spacing.inMillimetres) for the same voxels",
            remedy:
                "find out which is right, because millilitres, distances and positions depend on it; lacuna volume show "
                + "\(volume) lists both")
    }

    /// Equal voxels with another modality.
    init(modality: Modality, unlike other: KnownScan.Source, file: String) {
        self.init(
            .conflict, file: file,
            problem: "imported as \(modality.rawValue), but \(other.name) has the same voxels as \(other.modality)",
            remedy: "set the right one with --modality; runs select volumes by the modality that was recorded first")
    }
}
