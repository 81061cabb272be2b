package import Catalog
internal import Cluster
package import DICOM
internal import Glibc
package import Objects
internal import System
package import Workflows

extension Session {
    /// The workspace of workflows; their progress is drawn as bars.
    package var workspace: Workspace {
        let session = self
        return Workspace(catalog: catalog, converted: converted, progress: output) { create in
            try await LocalObjectStore.open(
                try session.localFolder(session.objects), catalogue: try await session.catalog.uuid(), create: create)
        }
    }

    package var catalog: LabelCatalog { LabelCatalog(connection, program: Program.lacuna.version) }

    /// The volume that an argument names: its id, `DATASET/CASE`, or its file by an absolute path, one from the working
    /// folder, or one from the dataset's folder.
    ///
    /// - Throws: `CatalogError.unknownVolume`, `.ambiguousVolume`.
    package func volume(named name: String) async throws -> VolumeRow {
        let files = try await BlockingWork().run { Self.absolutePaths(of: name) }
        return try await catalog.volume(named: name, files: files)
    }

    /// The path without links, and the same without those above the file alone; none for what is no file.
    private static func absolutePaths(of name: String) -> [String] {
        guard let file = resolved(name) else { return [] }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        let above = parts.count == 1 ? "." : parts.dropLast().joined(separator: "/") + "/"
        guard let folder = resolved(above), let last = parts.last else { return [file] }
        return [file, "\(folder)/\(last)"]
    }

    private static func resolved(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    /// The cache of volumes converted from DICOM series, under an absolute path, because exports may name its files.
    package var converted: SeriesCache {
        let place = home.hasPrefix("/") ? home : (Self.resolved(".") ?? ".") + "/" + home
        return SeriesCache(folder: "\(place)/converted")
    }

    /// The catalogue's object store.
    ///
    /// - Parameter create: whether to make it where there is none.
    /// - Throws: `ObjectStoreError`, or a failure of usage for a store that is no local folder.
    package func objectStore(create: Bool = true) async throws -> ObjectFolder {
        let folder = try localFolder(objects)
        let catalogue = try await catalog.uuid()
        return try await BlockingWork().run { try ObjectFolder.open(folder, catalogue: catalogue, create: create) }
    }

    /// Warns where the catalogue names objects and their folder does not exist.
    func warnOfLostObjects() async throws {
        guard role != .trainer, !objects.contains("://"), access(objects, F_OK) != 0, errno == ENOENT,
            try await catalog.namesObjects()
        else { return }
        output.warn(lostObjects.problem + "\n  remedy: " + (lostObjects.remedy ?? ""))
    }

    /// Runs `body`. Where it fails for want of an object store although rows name objects, the failure explains the loss.
    package func namingLostObjects<T>(_ body: () async throws -> T) async throws -> T {
        do {
            return try await body()
        } catch let error as ObjectStoreError {
            guard case .noStore = error, try await catalog.namesObjects() else { throw error }
            throw lostObjects
        }
    }

    /// The failure that explains a missing object store.
    private var lostObjects: CommandFailure {
        let restart =
            target.cluster.map {
                "; without a backup, start over: lacuna database drop deletes this catalogue, whose data are in \($0.folder)"
            } ?? ""
        return CommandFailure(
            .unreachable, "the object store of the catalogue's masks is missing, and an import does not recreate them",
            file: objects,
            remedy: "check --objects and LACUNA_HOME, mount the folder, or restore it from the backup" + restart)
    }

    /// A path, or the path of a `file:` URI.
    private func localFolder(_ location: String) throws -> String {
        if location.hasPrefix("file://") { return String(location.dropFirst(7)) }
        guard !location.contains("://") else {
            throw CommandFailure(
                .usage, "\(location) is not a folder; objects can only be stored in a folder",
                remedy: "name a folder or a file:// URI with --objects")
        }
        return location
    }
}
