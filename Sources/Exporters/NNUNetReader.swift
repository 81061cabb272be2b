public import Imaging

/// The class with which nnU-Net reads the images and labels of a dataset.
public enum NNUNetReader: String, Hashable, Sendable {
    /// nnU-Net's choice for NIfTI. ITK refuses a grid whose axes are not at right angles.
    case simpleITK = "SimpleITKIO"
    /// Reads any grid, and only files with three dimensions.
    case nibabel = "NibabelIO"

    /// The largest |cosine| between two axes that ITK's NIfTI reader accepts.
    private static let largestCosine = 1e-4

    /// The reader that can read a dataset with these grids.
    public static func reader(forSheared isSheared: Bool) -> NNUNetReader { isSheared ? .nibabel : .simpleITK }

    /// Whether tools of ITK refuse a file on this grid.
    public static func isSheared(_ grid: ImageGrid) -> Bool { grid.affine.largestAxisCosine > largestCosine }
}
