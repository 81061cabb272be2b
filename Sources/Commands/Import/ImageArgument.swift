internal import Catalog
internal import Console
internal import Domain
internal import Glibc
internal import Importers

/// What `--images` names: a folder or file, or a dataset whose images the labels are of.
enum ImageArgument: Hashable, Sendable {
    case path(String)
    case dataset(String)

    private static let prefix = "dataset:"

    /// A word without a slash may be either; `./NAME` and `dataset:NAME` say which. Looks at the disk.
    /// - Throws: bad input for a word that is neither or both.
    init(_ text: String, catalog: LabelCatalog) async throws {
        if text.hasPrefix(Self.prefix) {
            self = .dataset(String(text.dropFirst(Self.prefix.count)))
            return
        }
        let (isPath, isDataset) = (
            access(text, F_OK) == 0, text.contains("/") ? false : try await Self.hasDataset(text, catalog)
        )
        switch (isPath, isDataset) {
        case (true, false): self = .path(text)
        case (false, true): self = .dataset(text)
        case (true, true):
            throw CommandFailure(
                .badInput, "--images: both a dataset and something in this folder are called \(text)", file: text,
                remedy: "write ./\(text) for what lies here, or \(Self.prefix)\(text) for the dataset")
        case (false, false):
            throw CommandFailure(
                .badInput, "--images: neither a file, a folder nor a dataset is called so", file: text,
                remedy: "check the path; lacuna dataset list shows the datasets")
        }
    }

    private static func hasDataset(_ name: String, _ catalog: LabelCatalog) async throws -> Bool {
        try await catalog.datasets().contains { $0.name == name }
    }
}

extension DatasetImages {
    /// The images of a dataset of the catalogue.
    /// - Parameter pairs: which image each case of labels has, where names do not tell.
    /// - Throws: an unknown or removed dataset, and what is wrong with the pairs.
    init(of dataset: String, pairs: CaseTable?, in catalog: LabelCatalog) async throws {
        let images = try await catalog.images(of: dataset)
        self.init(
            dataset: dataset, entries: images.map(Entry.init),
            pairs: Dictionary(grouping: pairs?.rows ?? [], by: \.name).mapValues { $0.map(\.value) })
    }
}

extension DatasetImages.Entry {
    fileprivate init(_ image: DatasetImage) {
        self.init(
            caseName: image.caseName, subjects: image.subjects,
            file: SourceFile(root: image.place.root, path: image.place.file),
            modality: Modality(rawValue: image.modality) ?? .other,
            phase: image.study.map { StudyPhase(study: $0, name: image.phase ?? image.caseName) },
            expected: ExpectedImage(
                dataset: image.place.dataset, release: image.placeRelease, sha256: image.sha256))
    }
}
