internal import System

extension NNUNetDataset {
    /// The name of the folder in which nnU-Net looks for datasets by their numbers.
    public static let rawFolderName = "nnUNet_raw"

    /// Another dataset in the folder that has the number; nil where there is none. Blocks.
    public static func other(id: Int, name: String, in folder: String) -> String? {
        let (own, prefix) = (folderName(id: id, name: name), folderName(id: id, name: "").dropLast())
        let others = ((try? Folder.names(in: folder)) ?? []).filter { $0.hasPrefix(prefix) && $0 != own }
        return others.sorted().map { "\(folder)/\($0)" }.first(where: Folder.exists)
    }

    /// Refuses a number that another dataset has in nnU-Net's own folder. Blocks.
    ///
    /// - Throws: `numberTaken`.
    public static func refuseTaken(id: Int, name: String, in folder: String) throws(ExportError) {
        guard FilePath.name(of: FilePath.resolved(folder) ?? folder) == rawFolderName,
            let other = other(id: id, name: name, in: folder)
        else { return }
        throw .numberTaken(id, by: other)
    }
}
