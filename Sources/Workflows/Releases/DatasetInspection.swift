package import Catalog

/// Reads what the catalogue records of a dataset.
package struct DatasetInspection: Sendable {
    package struct Result: Sendable {
        package let releases: [DatasetRow]
        /// Each statement about the licence of a release.
        package let licences: [LicenceRow]
        /// Counts of the dataset's own labels, by organ.
        package let labels: [Coverage]

        /// Why the dataset is removed; nil where it is not.
        package var removed: String? { releases.first?.removed }
        /// The number of cases whose labels wait for their image.
        package var waiting: Int { releases.reduce(0) { $0 + $1.waiting } }
    }

    private let catalog: LabelCatalog

    package init(catalog: LabelCatalog) { self.catalog = catalog }

    /// - Throws: `CatalogError.unknownDataset`.
    package func run(_ dataset: String) async throws -> Result {
        try await catalog.requireDataset(dataset)
        return Result(
            releases: try await catalog.datasets(named: dataset),
            licences: try await catalog.licences().filter { $0.dataset == dataset },
            labels: try await catalog.labelCounts(of: dataset))
    }

    /// The label files that wait for their image, by release, case and file.
    ///
    /// - Throws: `CatalogError.unknownDataset`.
    package func waiting(_ dataset: String) async throws -> [WaitingLabel] {
        try await catalog.requireDataset(dataset)
        return try await catalog.waitingLabels(dataset: dataset)
    }
}
