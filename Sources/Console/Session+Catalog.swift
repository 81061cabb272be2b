package import Catalog
internal import Cluster
package import DICOM
internal import Glibc
internal import Imaging
internal import Objects
internal import System
package import Workflows

extension Session {
    /// The workspace of workflows; their progress is drawn as bars.
    package var workspace: Workspace { workspace(withCaches: []) }

    /// As `workspace`.
    ///
    /// - Parameter folders: caches of `lacunad` beside that of the home.
    package func workspace(withCaches folders: [String]) -> Workspace {
        let (session, access) = (self, access)
        return Workspace(
            catalog: catalog, converted: converted,
            caches: ([cacheFolder] + folders).map { VolumeCache(folder: $0, access: access) }, access: access,
            progress: output
        ) { create in
            try await session.namingLostObjects {
                let folder = try DatabaseTarget.localFolder(session.objects)
                if create { try session.secure(folder) }
                return try await LocalObjectStore.open(
                    folder, catalogue: try await session.catalog.uuid(), create: create, access: session.access)
            }
        }
    }

    package var catalog: LabelCatalog { LabelCatalog(connection, program: Program.lacuna.version) }

    /// The cache of volumes converted from DICOM series, under an absolute path, because exports may name its files.
    package var converted: SeriesCache {
        let place = home.hasPrefix("/") ? home : (FilePath.resolved(".") ?? ".") + "/" + home
        return SeriesCache(folder: "\(place)/converted", access: access)
    }

    /// Warns where the catalogue names objects and their folder does not exist.
    func warnOfLostObjects() async throws {
        guard role != .trainer, !objects.contains("://"), Glibc.access(objects, F_OK) != 0, errno == ENOENT,
            try await catalog.namesObjects()
        else { return }
        output.warn(lostObjects.problem + "\n  remedy: " + (lostObjects.remedy ?? ""))
    }

    /// Runs `body`. Where it fails for want of an object store although rows name objects, the failure explains the loss.
    private func namingLostObjects<T>(_ body: () async throws -> T) async throws -> T {
        do {
            return try await body()
        } catch let error as ObjectStoreError {
            guard role != .trainer, case .noStore = error, try await catalog.namesObjects() else { throw error }
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
}
