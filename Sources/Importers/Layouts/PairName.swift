internal import System

/// Names of image and label files of one case: `img0001` and `label0001`, `x_0000` and `x`, `x_ct` and `x_seg`.
enum PairName {
    private static let labelPrefixes = ["labels-", "labels_", "label-", "label_", "label", "segmentation-", "seg_"]
    private static let imagePrefixes = ["volume-", "image-", "image_", "img"]
    private static let labelSuffixes = ["_segmentation", "_seg", "_labels", "_label", "_mask", "-seg", "-label"]
    private static let imageSuffixes = ["_0000", "_image", "_img", "_ct", "_mri", "_mr"]

    /// A case's name from its image's path: the file's name without ending and without nnU-Net's channel suffix.
    static func caseName(_ path: String) -> String {
        let stem = SourceFile.stem(of: FilePath.name(of: path))
        return stem.hasSuffix("_0000") ? String(stem.dropLast(5)) : stem
    }

    /// The common part of the names of one case: the name without ending and the usual affixes.
    static func key(_ name: String) -> String {
        let stem = SourceFile.stem(of: name)
        let head = (labelPrefixes + imagePrefixes).first(where: stem.hasPrefix).map { stem.dropFirst($0.count) }
        let body = head.flatMap { $0.isEmpty ? nil : $0 } ?? Substring(stem)
        let tail = (labelSuffixes + imageSuffixes).first { body.hasSuffix($0) }.map { body.dropLast($0.count) }
        return String(tail.flatMap { $0.isEmpty ? nil : $0 } ?? body)
    }

    /// Whether an image's name marks it as MR: `mri`, `mr_1`, `example_mr`.
    static func isMR(_ stem: String) -> Bool { stem.hasPrefix("mr") || stem.contains("_mr") }

    /// Whether a file name has one of the usual affixes of labels.
    static func isLabel(_ name: String) -> Bool {
        let stem = SourceFile.stem(of: name)
        return labelPrefixes.contains(where: stem.hasPrefix) || labelSuffixes.contains(where: stem.hasSuffix)
    }
}
