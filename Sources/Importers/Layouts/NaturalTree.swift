import Domain

/// A tree as people keep it: one folder for each patient or scan, with one file for each organ beside the image.
///
/// It is proposed and not recognised, because which file is the image is a guess.
struct NaturalTree {
    /// The path of the images in the tree, such as `patient_1/CT.nii.gz`, with the folders replaced: `{patient}/CT.nii.gz`.
    let images: String
    let labels: String
    /// Folders of the tree that have the image.
    let folders: Int

    /// The names of images without endings, in lower case, the most usual first.
    private static let imageNames = ["ct", "image", "img", "mr", "mri", "volume", "scan", "imaging", "t1", "t2", "pet"]

    /// Nil for another tree.
    ///
    /// - Parameter files: paths relative to the dataset's folder.
    init?(_ files: [String]) {
        var folders: [[Substring]: Set<Substring>] = [:]
        for file in files where SourceFile.isVolume(file) {
            let parts = file.split(separator: "/")
            if parts.count > 1 { folders[Array(parts.dropLast()), default: []].insert(parts[parts.count - 1]) }
        }
        let several = folders.filter { $0.value.count > 1 }
        guard let depth = several.keys.first?.count, depth <= 2, several.keys.allSatisfy({ $0.count == depth }) else {
            return nil
        }
        let common = several.values.dropFirst().reduce(several.values.first ?? []) { $0.intersection($1) }
        guard let image = Self.image(among: common, isOnly: several.count > 1) else { return nil }
        let place = depth == 1 ? "{patient}/" : "{patient}/{case}/"
        let ending = image.drop { $0 != "." }
        (images, labels) = (place + image, place + "{organ}" + ending)
        self.folders = several.count
    }

    /// - Parameter isOnly: whether the only common name is an image's, whatever it is.
    private static func image(among names: Set<Substring>, isOnly: Bool) -> Substring? {
        func stem(_ name: Substring) -> String { name.prefix { $0 != "." }.lowercased() }
        let usual = imageNames.lazy.compactMap { usual in names.sorted().first { stem($0) == usual } }.first
        return usual ?? (isOnly && names.count == 1 ? names.first : nil)
    }

    /// The refusal of a folder that has such a tree.
    func refusal(of folder: String) -> ImportError {
        .unsupported(
            folder: folder,
            what: "no known layout, but \(folders) folders with an image and further files, as in \(images)",
            remedy:
                "if these are one file for each organ, write the lines images: \"\(images)\" and labels: \"\(labels)\" into a "
                + "file FILE.yaml, and import with --map FILE.yaml, at first with --dry-run; else describe the layout in the file"
        )
    }
}
