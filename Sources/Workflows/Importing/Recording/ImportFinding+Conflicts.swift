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
        let known =
            rival.relation == .sameCase ? "in the earlier import of this case" : "by \(rival.source) in the same scan"
        let isHeld = rival.choice == .held && !isAccepted
        let both = "lacuna mask history \(dataset)/\(caseName) \(label.organ)"
        let effect =
            switch rival.choice {
            case _ where rival.relation == .sameCase: "the new label replaces it"
            case .held where rival.relation == .otherCase && !isAccepted:
                "both are cases of this release, so the new label is held and the other stays current"
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
                ? "check both, \(both); to use the new label, import again with --accept conflict:\(caseName)"
                    + (rival.relation == .otherCase ? "" : " or rank the datasets with lacuna mask policy set datasets")
                : "check both, \(both); lacuna label conflicts lists all")
    }

    /// Two masks of one organ with few common voxels.
    /// - Parameter isAccepted: whether the caller accepts a label that another case of the release contradicts.
    init(
        _ label: InspectedLabel, overlaps rival: CompetingAnnotation, dice: Double, caseName: String,
        _ dataset: String, isAccepted: Bool
    ) {
        let rounded = (dice * 1000).rounded() / 1000
        let known =
            rival.relation == .sameCase ? "that of the earlier import" : "that by \(rival.source) in the same scan"
        let isHeld = rival.relation == .otherCase && !isAccepted
        let compare = "lacuna mask compare \(dataset)/\(caseName) \(label.organ) compares them"
        self.init(
            .conflict, file: label.file.file.path,
            problem: "the mask of \(label.organ) overlaps little with \(known), Dice \(rounded): "
                + (isHeld
                    ? "both are cases of this release, so the new one is held and the other stays current"
                    : rival.choice == .recorded ? "the other stays current" : "the new one is current"),
            remedy: isHeld
                ? "check both in a viewer; \(compare); to use the new one, import again with --accept conflict:\(caseName)"
                : "check both in a viewer; \(compare), and lacuna mask policy set changes which is current")
    }

    /// The recorded mask is damaged.
    init(notCompared label: InspectedLabel, _ rival: CompetingAnnotation, _ error: WorkflowError) {
        self.init(
            .conflict, file: label.file.file.path,
            problem: "the mask of \(label.organ) cannot be compared with that by \(rival.source): \(error.problem)",
            remedy: error.remedy ?? "run lacuna verify --read-data")
    }

    /// The recorded mask of another organ is damaged.
    init(notCompared label: InspectedLabel, with other: OtherLabel, _ error: WorkflowError) {
        self.init(
            .conflict, file: label.file.file.path,
            problem: "\(label.organ) cannot be compared with \(other.organ) by \(other.source): \(error.problem)",
            remedy: error.remedy ?? "run lacuna verify --read-data")
    }

    /// The masks of two organs contradict each other.
    init(_ label: InspectedLabel, _ conflict: LabelConflict, with source: String) {
        self.init(
            .conflict, file: label.file.file.path,
            problem: "\(conflict), by \(source) in the same scan: both are recorded",
            remedy: "check both in a viewer, and correct the wrong one with lacuna mask import or label set")
    }

    /// A whole has voxels and its divisions are absent, not all by one source.
    init(_ whole: OrganKey, without divisions: [OrganKey], by source: String, file: String) {
        self.init(
            .conflict, file: file,
            problem:
                "\(LabelConflict.divisionsAreAbsent(whole, divisions: divisions)), one of them by \(source) in the same "
                + "scan: both are recorded",
            remedy: "check the labels, and correct the wrong one with lacuna label set or mask import")
    }

    /// A part of an organ is annotated and the organ absent, one of them here and the other elsewhere.
    init(_ label: InspectedLabel, besides known: OtherLabel, caseName: String) {
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
