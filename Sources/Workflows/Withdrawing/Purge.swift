package import Catalog
internal import Domain
internal import Imaging
internal import System

/// Destroys every copy of the voxels of a removed dataset or subject that this program made.
package struct Purge {
    package struct Request: Sendable {
        package var target: RemovalTarget
        /// Recorded in the history and in the certificate; no patient data. Nil: nothing is changed, and the result lists what would be.
        package var reason: String?
        /// The folder for the certificate, created where it is missing.
        package var certificates: String

        package init(_ target: RemovalTarget, reason: String?, certificates: String) {
            (self.target, self.reason, self.certificates) = (target, reason, certificates)
        }
    }

    package struct Result: Sendable {
        package let target: RemovalTarget
        /// The catalogue's UUID.
        package let catalogue: String
        /// Nil where nothing was changed.
        package let record: PurgeRecord?
        package let items: [PurgeItem]
        /// The images whose copies are destroyed.
        package let images: [PurgeImage]
        /// Exports, checkpoints and labels that still hold information about the target.
        package let holders: [RemovalItem]
        /// What is kept, in sentences.
        package let remains: [String]
        /// The files of the certificate; nil where nothing was changed, or where it could not be written.
        package internal(set) var certificate: PurgeCertificate.Files?
        /// Why the certificate could not be written.
        package internal(set) var certificateProblem: String?

        /// Whether everything was destroyed.
        package var isComplete: Bool { certificateProblem == nil && items.allSatisfy { $0.obstacle == nil } }
    }

    private let workspace: Workspace
    private let disk = BlockingWork()

    package init(_ workspace: Workspace) { self.workspace = workspace }

    /// Destroys objects, cached and converted images and descriptors, and writes a certificate. It cannot be undone; a purge that was
    /// interrupted is completed by another.
    ///
    /// - Throws: `WorkflowError` of kind `conflict`, or SQLSTATE LA010, where the target is not removed; of kind `unreachable` where the
    ///   certificate cannot be written; `UnsafeFolder` for a cache that others may change; all before anything is destroyed.
    package func run(_ request: Request) async throws -> Result {
        let target = try await removed(request.target)
        let catalog = workspace.catalog
        for cache in workspace.caches { try Folder.requireSafe(cache.folder, workspace.access) }
        let images = try await catalog.purgeImages(target)
        let copies = PurgeCopies(caches: workspace.caches, converted: workspace.converted, images: images)
        let objects = try await PurgeObjects(workspace, target)
        let catalogue = try await catalog.uuid()
        let holders = try await catalog.removalPlan(target).filter { Self.holders.contains($0.kind) }
        var items: [PurgeItem]
        var record: PurgeRecord?
        if let reason = request.reason {
            try await disk.run { [access = workspace.access] in
                try PurgeCertificate.prepare(request.certificates, access)
            }
            let purged = try await catalog.purge(target, reason: reason)
            record = purged.record
            items = await objects.destroy(by: purged.record.activity)
            items += await disk.run { copies.destroy() }
            items += purged.descriptors.map { Self.item($0, .destroyed) }
        } else {
            items = objects.preview()
            items += await disk.run { copies.preview() }
            items += try await catalog.purgeDescriptors(target).map { Self.item($0, .pending) }
        }
        var result = Result(
            target: request.target, catalogue: catalogue, record: record, items: items, images: images,
            holders: holders,
            remains: remains(request.target, images, items))
        if record != nil { await certify(&result, in: request.certificates) }
        return result
    }

    private static let holders: Set<String> = [
        "checkpoint", "derived pseudo label", "derived withheld mask", "unfinished run", RemovalItem.export,
    ]

    private func certify(_ result: inout Result, in folder: String) async {
        let certificate = PurgeCertificate(result)
        do throws(SystemError) {
            result.certificate = try await disk.run { [access = workspace.access] () throws(SystemError) in
                try certificate.write(to: folder, access)
            }
        } catch {
            result.certificateProblem = "\(error.path): \(error.reason)"
        }
    }

    private func removed(_ target: RemovalTarget) async throws -> Withdrawable {
        let found = try await target.find(in: workspace.catalog)
        guard try await workspace.catalog.isRemoved(found) else {
            throw WorkflowError(
                .conflict, "\(target.name) is not removed, and only removed data can be purged",
                remedy: "remove it with lacuna \(target.noun) remove; a removal can be undone, a purge cannot")
        }
        return found
    }

    private static func item(_ descriptor: PurgeDescriptor, _ effect: PurgeItem.Effect) -> PurgeItem {
        PurgeItem(
            kind: .descriptor, name: "volume \(descriptor.volume), version \(descriptor.version)",
            checksum: descriptor.digest.description, bytes: descriptor.bytes, location: nil, effect: effect)
    }

    private func remains(_ target: RemovalTarget, _ images: [PurgeImage], _ items: [PurgeItem]) -> [String] {
        let caches = workspace.caches.map(\.folder).joined(separator: ", ")
        return [
            "the name of the \(target.noun), and the keys by which datasets name its subjects",
            "of its volumes: ids, shapes, geometry, names and paths of their files, and checksums of images",
            "of its masks: tombstones (checksums and sizes of objects: \(items.count { $0.kind == .object })), voxel counts, bounds, "
                + "centres, overlaps and results of evaluations",
            "the history of its labels and of all activities, with who, when and why",
            "the imported image files (\(images.count)) and their label files: files of datasets are never deleted",
            "the exports and checkpoints listed above, and files that mask export and mask picture wrote, which are not recorded",
            "backups, and the log and the unused space of the database until the server writes over them",
            "copies in caches of lacunad on other machines or outside of \(caches): lacunad removes them when it next starts there; "
                + "name another folder of this machine with --cache",
        ]
    }
}
