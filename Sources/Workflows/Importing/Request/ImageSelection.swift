internal import Catalog
internal import Domain
internal import Importers
internal import System

/// The images that the labels of an import belong to: a folder or file, or the images of a dataset.
enum ImageSelection: Hashable, Sendable {
    case path(String)
    case dataset(String)

    private static let prefix = "dataset:"

    /// A name without a slash may be either; `./NAME` and `dataset:NAME` are unambiguous. Checks the disk.
    /// - Throws: `WorkflowError` for a name that is neither or both.
    init(_ text: String, catalog: LabelCatalog) async throws {
        if text.hasPrefix(Self.prefix) {
            self = .dataset(String(text.dropFirst(Self.prefix.count)))
            return
        }
        let isPath = await BlockingWork().run { FilePath.exists(text) }
        let isDataset = text.contains("/") ? false : try await Self.hasDataset(text, catalog)
        switch (isPath, isDataset) {
        case (true, false): self = .path(text)
        case (false, true): self = .dataset(text)
        case (true, true):
            throw WorkflowError(
                .badInput, "--images: \(text) is both a dataset and an entry of the working folder", file: text,
                remedy: "write ./\(text) for the file or folder, \(Self.prefix)\(text) for the dataset")
        case (false, false):
            throw WorkflowError(
                .badInput, "--images: no file, folder or dataset is named \(text)", file: text,
                remedy: "check the path; lacuna dataset list shows the datasets")
        }
    }

    private static func hasDataset(_ name: String, _ catalog: LabelCatalog) async throws -> Bool {
        try await catalog.datasets().contains { $0.name == name }
    }
}

extension DatasetImages {
    /// The images of a dataset of the catalogue.
    /// - Parameter pairs: the image of each case of labels, where names differ.
    /// - Throws: `CatalogError.unknownDataset`, `.removedDataset`.
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
