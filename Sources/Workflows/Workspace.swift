package import Catalog
package import DICOM
package import Imaging
package import Objects
package import System

/// What every workflow works on: the catalogue, its objects, the volumes converted from DICOM, and a progress sink.
package struct Workspace: Sendable {
    package let catalog: LabelCatalog
    package let converted: SeriesCache
    /// The caches of images as raw voxels that this machine can reach.
    package let caches: [VolumeCache]
    /// Who may use files that workflows create in the home.
    package let access: FolderAccess
    package let progress: any ProgressSink
    private let openStore: @Sendable (_ create: Bool) async throws -> any ObjectStore

    /// - Parameters:
    ///   - converted: the volumes converted from DICOM series, a cache that can be rebuilt.
    ///   - caches: the caches of images as raw voxels, which can be rebuilt.
    ///   - access: who may use files that workflows create in the home.
    ///   - openStore: opens the object store, and creates it where it is missing if asked to.
    package init(
        catalog: LabelCatalog, converted: SeriesCache, caches: [VolumeCache] = [], access: FolderAccess = .owner,
        progress: any ProgressSink,
        openStore: @escaping @Sendable (_ create: Bool) async throws -> any ObjectStore
    ) {
        (self.catalog, self.converted, self.caches) = (catalog, converted, caches)
        (self.access, self.progress, self.openStore) = (access, progress, openStore)
    }

    /// The object store for reading.
    /// - Throws: `ObjectStoreError.noStore` where there is none.
    package func objects() async throws -> any ObjectStore { try await openStore(false) }

    /// The object store for writing, created where it is missing.
    func writableObjects() async throws -> any ObjectStore { try await openStore(true) }

    /// A reader of masks in the object store.
    package func masks() async throws -> MaskReader { MaskReader(store: try await objects()) }

    /// The volume that a person names: by id, by `DATASET/CASE`, or by its file, as an absolute path, a path from the working folder,
    /// or one relative to the dataset's folder.
    ///
    /// - Throws: `CatalogError.unknownVolume`, `.ambiguousVolume`.
    package func volume(named name: String) async throws -> VolumeRow {
        let files = await BlockingWork().run { Self.absolutePaths(of: name) }
        return try await catalog.volume(named: name, files: files)
    }

    /// The path without links, and the path without links above the file alone; none where no file exists.
    private static func absolutePaths(of name: String) -> [String] {
        guard let file = FilePath.resolved(name) else { return [] }
        guard let folder = FilePath.resolved(FilePath.parent(of: name)) else { return [file] }
        return [file, (folder == "/" ? "" : folder) + "/" + FilePath.name(of: name)]
    }
}
