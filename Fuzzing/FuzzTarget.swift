/// The readers of untrusted input, which must not crash on any bytes.
enum FuzzTarget: String, CaseIterable {
    /// A `.nii` file: header, extensions, voxels of every type, as an image and as labels.
    case volume
    /// The contents of a valid gzip stream.
    case inflated
    /// A gzip stream itself.
    case gzip
    /// A `.hdr` with its `.img`.
    case pair
    /// A label table in a header extension.
    case table
    /// A stored mask.
    case mask
    /// `dataset.json` of the Decathlon and nnU-Net.
    case description
    /// A datalist of MONAI.
    case datalist
    /// Tables of BIDS derivatives.
    case bids
    /// A description of one's own dataset, in YAML.
    case map
    /// The header of a DICOM slice.
    case dicom
    /// A label slice.
    case png
}
