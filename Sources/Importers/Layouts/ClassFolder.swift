/// A folder with one binary file per class of one case.
struct ClassFolder: Hashable, Sendable {
    /// The case's folder, relative to the dataset; "" where the dataset's folder is the case itself.
    let parent: String
    /// The folder of the class files, relative to the dataset.
    let path: String
    /// File names of the classes, sorted; empty for a case with an image only.
    let files: [String]

    static let name = "segmentations"
    static let images = ["ct", "mri", "mr"]

    /// The class folders of a dataset: the folder itself, its `segmentations`, or those of its subfolders, including
    /// subfolders with an image only if any other has classes.
    static func all(in folder: DatasetFolder) -> [ClassFolder] {
        if let own = find(folder, parent: "") { return [own] }
        let children = folder.names().filter(folder.hasFolder)
        let found = children.map { ($0, find(folder, parent: $0)) }
        guard found.contains(where: { $0.1 != nil }) else { return [] }
        return found.compactMap { child, classes in
            classes ?? (hasImage(folder, child) ? ClassFolder(parent: child, path: child, files: []) : nil)
        }
    }

    private static func hasImage(_ folder: DatasetFolder, _ child: String) -> Bool {
        images.contains { folder.volume(child + "/" + $0) != nil }
    }

    /// `segmentations` with all its volumes, else the case folder itself if all its volumes are named after classes.
    private static func find(_ folder: DatasetFolder, parent: String) -> ClassFolder? {
        let prefix = parent.isEmpty ? "" : parent + "/"
        let inside = folder.volumes(in: prefix + name)
        if !inside.isEmpty || folder.hasFolder(prefix + name) {
            return ClassFolder(parent: parent, path: prefix + name, files: inside)
        }
        let classes = folder.volumes(in: parent).filter { !images.contains(SourceFile.stem(of: $0)) }
        guard !classes.isEmpty, classes.allSatisfy({ ClassNames.knows(SourceFile.stem(of: $0)) }) else { return nil }
        return ClassFolder(parent: parent, path: parent, files: classes)
    }

    func relative(_ file: String) -> String { path.isEmpty ? file : path + "/" + file }
}
