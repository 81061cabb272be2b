internal import Catalog
internal import Domain
internal import Importers

extension ImportFinding {
    /// Nil where no part of a split changed and no checkpoint was marked.
    /// - Parameter file: the image that showed it.
    init?(_ found: CaseMerge, dataset: String, file: String) {
        let parts = found.merge.changedParts
        let marked = found.merge.newlyContaminated.map(\.description).joined(separator: ", ")
        guard !parts.isEmpty || !marked.isEmpty else { return nil }
        let names = found.merge.before.map(\.subject.name).joined(separator: " and ")
        let changes = parts + (marked.isEmpty ? [] : ["checkpoints trained on subjects now held out: \(marked)"])
        self.init(
            .subjects, file: file,
            problem: "\(dataset)/\(found.caseName) proves \(names) to be one patient; "
                + changes.joined(separator: "; "),
            remedy:
                "the subjects were merged; see lacuna subject show \(found.merge.after.subject.name), and repeat exports of "
                + "these splits; lacuna subject split takes them apart if they are different patients")
    }

    /// The case's image was replaced by one that the catalogue did not have.
    init(replaced volume: VolumeID, file: String) {
        self.init(
            .replaced, file: file,
            problem:
                "the image has other voxels than the one imported as this case, volume \(volume): it is recorded as another "
                + "volume, and both count",
            remedy: "lacuna volume exclude \(volume) --reason TEXT excludes the old one; or restore the imported file")
    }

    /// A scan of a removed subject, or of an excluded volume.
    init(_ found: Withholding, file: String) {
        let (reason, remedy) =
            if let subject = found.subject {
                ("subject \(subject) is removed", "lacuna subject restore \(subject) --reason TEXT restores it")
            } else {
                (
                    "the volume is excluded",
                    "lacuna volume include \(found.volume?.description ?? "VOLUME") --reason TEXT includes it"
                )
            }
        self.init(
            .withheld, file: file,
            problem: "the scan is withheld from coverage, exports and runs: \(reason) (\(found.reason))",
            remedy: "nothing, if this is intended; else \(remedy)")
    }

    /// The name is that of a dataset with which the folder has nothing in common.
    /// - Parameter others: its releases, such as `2022 (btcv)`.
    init(strange dataset: String, others: [String], folder: String) {
        self.init(
            .name, file: folder,
            problem:
                "dataset \(dataset) exists already, as \(others.joined(separator: ", ")), and has no file in common with "
                + "this folder; the import adds the folder to that dataset",
            remedy: "nothing, if this is a release of the same dataset; else choose another --name")
    }
}
