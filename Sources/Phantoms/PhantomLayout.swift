public import Domain

/// A task of the Medical Segmentation Decathlon that can be generated.
public enum PhantomTask: String, CaseIterable, Sendable {
    case liver, pancreas, spleen

    public var organ: OrganKey { OrganKey(rawValue) }
    /// The label map of the release.
    public var release: String {
        switch self {
        case .liver: "msd-task03-liver"
        case .pancreas: "msd-task07-pancreas"
        case .spleen: "msd-task09-spleen"
        }
    }
    /// The folder of the unpacked task.
    public var folder: String {
        switch self {
        case .liver: "Task03_Liver"
        case .pancreas: "Task07_Pancreas"
        case .spleen: "Task09_Spleen"
        }
    }

    /// The name of a case; the pancreas task pads numbers with zeros, the others do not.
    func caseName(_ number: Int) -> String {
        self == .pancreas ? "\(rawValue)_\(padded(number, 3))" : "\(rawValue)_\(number)"
    }
}

/// The folder structure of a public dataset.
public enum PhantomLayout: Sendable, Hashable {
    /// `imagesTr`, `labelsTr`, `dataset.json`; one organ annotated completely, its lesions as value 2 if wanted.
    case msd(PhantomTask, lesions: Bool)
    /// `RawData/Training/img` and `label`; all 13 organs annotated completely, so an organ without voxels is absent.
    case btcv
    /// One folder per subject with `ct.nii.gz` and one file per class; an empty file means absent, a missing one
    /// unlabelled.
    ///
    /// Of each class, `missingShare` of the subjects, rounded, have no file; the plan's seed determines which.
    case totalSegmentator(classes: [OrganKey], missingShare: Double)

    /// BTCV's 13 organs.
    public static let abdominalClasses: [OrganKey] = LabelMap.standard("btcv")?.organs ?? []

    /// The classes of TotalSegmentator v2 for which phantoms have masks, possibly empty. Excluded are structures that
    /// are only generated as a whole (ribs, vertebrae, upper lobes of the lungs) or without a name (muscles).
    public static let tellableClasses: [OrganKey] = (LabelMap.standard("totalsegmentator-v2")?.organs ?? []).filter {
        key in
        !["rib_", "vertebrae_", "lung_upper", "lung_middle", "autochthon", "iliopsoas", "costal", "sternum"]
            .contains { key.rawValue.hasPrefix($0) }
    }
}

func padded(_ number: Int, _ digits: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
}
