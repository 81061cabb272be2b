public import Domain

/// A task of the Medical Segmentation Decathlon that a phantom can pose.
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
    /// The folder that the task unpacks to.
    public var folder: String {
        switch self {
        case .liver: "Task03_Liver"
        case .pancreas: "Task07_Pancreas"
        case .spleen: "Task09_Spleen"
        }
    }

    /// The name of a case; the pancreas task pads with zeros, the others do not.
    func caseName(_ number: Int) -> String {
        self == .pancreas ? "\(rawValue)_\(padded(number, 3))" : "\(rawValue)_\(number)"
    }
}

/// The tree of files in which a public dataset comes.
public enum PhantomLayout: Sendable, Hashable {
    /// `imagesTr`, `labelsTr`, `dataset.json`; one organ complete, its lesions as value 2 where asked.
    case msd(PhantomTask, lesions: Bool)
    /// `RawData/Training/img` and `label`; all 13 organs complete, so an organ without voxels is absent.
    case btcv
    /// One folder a subject with `ct.nii.gz` and one file a class; an empty file says absent, a missing one nothing.
    ///
    /// Of each class that share of the subjects, rounded, has no file; which ones follows from the plan's seed.
    case totalSegmentator(classes: [OrganKey], missingShare: Double)

    /// BTCV's 13 organs.
    public static let abdominalClasses: [OrganKey] = LabelMap.standard("btcv")?.organs ?? []

    /// Every class of TotalSegmentator v2 that a phantom can tell, present or absent. Left out is what its body has only
    /// as a whole (ribs, vertebrae, lobes above the base of the lungs) or unnamed (muscles).
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
