internal import System

extension NNUNetDataset {
    /// Refuses a number that another dataset in the folder has, because nnU-Net finds datasets by their numbers. Blocks.
    ///
    /// - Throws: `numberTaken`.
    public static func refuseTaken(id: Int, name: String, in folder: String) throws(ExportError) {
        let (own, prefix) = (folderName(id: id, name: name), folderName(id: id, name: "").dropLast())
        let others = ((try? Folder.names(in: folder)) ?? []).filter { $0.hasPrefix(prefix) && $0 != own }
        guard let other = others.sorted().first(where: { Folder.exists("\(folder)/\($0)") }) else { return }
        throw .numberTaken(id, by: "\(folder)/\(other)")
    }
}
