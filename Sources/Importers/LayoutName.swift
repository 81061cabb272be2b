/// A folder structure of public datasets that the importer knows.
public enum LayoutName: String, Sendable, Hashable, CaseIterable, Codable {
    /// Medical Segmentation Decathlon: `dataset.json`, `imagesTr`, `labelsTr`.
    case msd
    /// Beyond the Cranial Vault: `img/imgNNNN`, `label/labelNNNN`.
    case btcv
    /// TotalSegmentator: one binary file per class, or label files whose header declares their classes.
    case totalsegmentator
    /// Label files of any origin whose values a map of the caller's explains.
    case mapped

    /// What the structure is recognised by, for messages.
    public var recognisedBy: String {
        switch self {
        case .msd: "msd: dataset.json whose labels go from id to name, with a list of training pairs"
        case .btcv: "btcv: folders img and label (also under RawData/Training) with imgNNNN.nii.gz and labelNNNN.nii.gz"
        case .totalsegmentator:
            "totalsegmentator: <case>/ct.nii.gz or mri.nii.gz beside <case>/segmentations/<class>.nii.gz, "
                + "a folder of <class>.nii.gz, or label files with a label table in their header"
        case .mapped: "mapped: label files explained by a label map, with images of the same names"
        }
    }
}
