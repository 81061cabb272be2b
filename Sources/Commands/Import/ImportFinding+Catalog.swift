internal import Catalog
internal import Domain
internal import Importers

/// Subjects that a case proved to be one patient.
struct CaseMerge: Sendable {
    let caseName: String
    let union: SubjectMerge
}

extension ImportFinding {
    /// Nil where no part of a split changed and no checkpoint was marked.
    /// - Parameter file: the image that proved it.
    init?(_ found: CaseMerge, dataset: String, file: String) {
        let parts = found.union.changedParts
        let marked = found.union.newlyContaminated.map(\.description).joined(separator: ", ")
        guard !parts.isEmpty || !marked.isEmpty else { return nil }
        let names = found.union.before.map(\.subject.name).joined(separator: " and ")
        let changes = parts + (marked.isEmpty ? [] : ["checkpoints that had trained on what is held out: \(marked)"])
        self.init(
            .subjects, file: file,
            problem: "\(dataset)/\(found.caseName) proves \(names) to be one patient; "
                + changes.joined(separator: "; "),
            remedy:
                "they are joined, which cannot be taken back; see lacuna subject show \(found.union.after.subject.name), "
                + "and make anew what was exported of these splits")
    }

    /// The case's image was replaced by one that the catalogue did not have.
    init(replaced volume: VolumeID, file: String) {
        self.init(
            .replaced, file: file,
            problem:
                "the image has other voxels than the one imported as this case, volume \(volume): it is a volume of its own, "
                + "and both count",
            remedy: "lacuna volume exclude \(volume) --reason TEXT takes the old one out; or put the imported file back"
        )
    }

    /// A scan of a removed subject, or of an excluded volume.
    init(_ found: Withholding, file: String) {
        let (what, remedy) =
            if let subject = found.subject {
                ("subject \(subject) is removed", "lacuna subject restore \(subject) --reason TEXT brings it back")
            } else {
                (
                    "the volume is excluded",
                    "lacuna volume include \(found.volume?.description ?? "VOLUME") --reason TEXT brings it back"
                )
            }
        self.init(
            .withheld, file: file,
            problem: "it counts nowhere and no export or run gets it: \(what) (\(found.reason))",
            remedy: "nothing, if it is to stay so; else \(remedy)")
    }

    /// The name is that of a dataset with which the folder has nothing in common.
    /// - Parameter others: its releases, such as `2022 (btcv)`.
    init(strange dataset: String, others: [String], folder: String) {
        self.init(
            .name, file: folder,
            problem:
                "dataset \(dataset) is there already, as \(others.joined(separator: ", ")), and has no file in common "
                + "with this folder; an import makes one dataset of both",
            remedy: "nothing, if this is a release of the same; else give another --name")
    }
}
