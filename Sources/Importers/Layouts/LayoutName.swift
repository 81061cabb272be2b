/// A folder structure of datasets that can be imported.
public enum LayoutName: String, Sendable, Hashable, CaseIterable, Codable {
    /// Medical Segmentation Decathlon: `dataset.json`, `imagesTr`, `labelsTr`.
    case msd
    /// Beyond the Cranial Vault: `img/imgNNNN`, `label/labelNNNN`.
    case btcv
    /// TotalSegmentator: one binary file per class, or label files whose header declares their classes.
    case totalsegmentator
    /// Liver Tumor Segmentation challenge: `volume-N`, `segmentation-N`.
    case lits
    /// Kidney Tumor Segmentation challenges of 2019, 2021 and 2023: `case_NNNNN` folders.
    case kits
    /// AMOS 2022: `imagesTr/amos_NNNN`, `labelsTr/amos_NNNN`, CT and MR.
    case amos
    /// FLARE 2022: `FLARE22_Tr_NNNN_0000`, `FLARE22_Tr_NNNN`.
    case flare22
    /// FLARE 2023, partially labelled: `FLARE23_NNNN_0000`, `FLARE23_NNNN`.
    case flare23
    /// AbdomenCT-1K: `Case_NNNNN_0000`, `Case_NNNNN`.
    case abdomenct1k
    /// WORD: `imagesTr/word_NNNN`, `labelsTr/word_NNNN`.
    case word
    /// CT-ORG: `volume-N`, `labels-N`.
    case ctorg
    /// Multi-organ labels of Gibson et al. on BTCV and Pancreas-CT images.
    case gibson
    /// TCIA Pancreas-CT labels with images as NIfTI or DICOM: `PANCREAS_NNNN`, `labelNNNN`.
    case pancreasct
    /// CHAOS, CT: folders of DICOM slices with folders of label slices.
    case chaos
    /// Folders of DICOM slices; each series is a case.
    case dicom
    /// AbdomenAtlas: one binary file per class, made by models.
    case abdomenatlas
    /// nnU-Net's raw data, version 2: `dataset.json` whose labels map names to values, with regions and `ignore`.
    case nnunet
    /// A datalist of MONAI: a JSON file with lists of image and label paths.
    case monai
    /// Derivatives of the Brain Imaging Data Structure: `_dseg` files with their tables.
    case bids
    /// Label files of any source with a label map from the caller.
    case mapped

    /// The layout's name and the files by which it is recognised, for messages.
    public var recognisedBy: String {
        switch self {
        case .msd: "msd: dataset.json whose labels map values to names, with a list of training pairs"
        case .btcv: "btcv: folders img and label (also under RawData/Training) with imgNNNN.nii.gz and labelNNNN.nii.gz"
        case .totalsegmentator:
            "totalsegmentator: <case>/ct.nii.gz or mri.nii.gz beside <case>/segmentations/<class>.nii.gz, "
                + "a folder of <class>.nii.gz, or label files with a label table in their header"
        case .lits: "lits: volume-N.nii beside segmentation-N.nii, in one or more folders"
        case .kits: "kits: folders case_NNNNN with imaging.nii.gz and segmentation.nii.gz or aggregated_MAJ_seg.nii.gz"
        case .amos: "amos: imagesTr/amos_NNNN.nii.gz and labelsTr/amos_NNNN.nii.gz (also Va, Ts)"
        case .flare22: "flare22: FLARE22_Tr_NNNN_0000.nii.gz and FLARE22_Tr_NNNN.nii.gz"
        case .flare23: "flare23: FLARE23_NNNN_0000.nii.gz and FLARE23_NNNN.nii.gz"
        case .abdomenct1k: "abdomenct1k: Case_NNNNN_0000.nii.gz and Case_NNNNN.nii.gz"
        case .word: "word: imagesTr/word_NNNN.nii.gz and labelsTr/word_NNNN.nii.gz (also Val, Ts)"
        case .ctorg: "ctorg: volume-N.nii.gz beside labels-N.nii.gz"
        case .gibson: "gibson: label_btcv_multiorgan or label_tcia_multiorgan with labelNNNN.nii.gz"
        case .pancreasct:
            "pancreasct: PANCREAS_NNNN.nii.gz, or folders PANCREAS_NNNN of DICOM slices, and labelNNNN.nii.gz"
        case .chaos: "chaos: CT/N/DICOM_anon with DICOM slices and CT/N/Ground with PNG slices"
        case .dicom: "dicom: folders of DICOM slices under any name; each series is a case"
        case .abdomenatlas: "abdomenatlas: <case>/segmentations/<class>.nii.gz with gall_bladder or postcava among them"
        case .nnunet: "nnunet: dataset.json whose labels map names to values or lists, with imagesTr and labelsTr"
        case .monai: "monai: a JSON file whose training list names images and labels, or the folder that contains it"
        case .bids: "bids: dataset_description.json and sub-<name>/…_dseg.nii.gz with a _dseg.tsv"
        case .mapped: "mapped: label files with a label map (--map), and images of the same names"
        }
    }
}
