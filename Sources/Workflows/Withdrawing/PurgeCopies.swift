internal import Catalog
internal import DICOM
internal import Domain
internal import Imaging
internal import System

/// The copies of images and labels that caches hold: raw voxels and coded labels of `lacunad`, and volumes converted from DICOM series. Blocks.
struct PurgeCopies: Sendable {
    let caches: [VolumeCache]
    let converted: SeriesCache
    let images: [PurgeImage]

    /// What would become of each copy. Changes nothing.
    func preview() -> [PurgeItem] { cached { _, _ in .pending } + volumes { _ in .pending } }

    /// Removes each copy of an image that no data in use have, and what interrupted conversions left.
    func destroy() -> [PurgeItem] {
        cached { cache, entry in
            switch cache.remove(entry) {
            case .removed: .destroyed
            case .inUse: .kept("a running process has it in memory; stop lacunad, then purge again")
            case .failed(let error): .kept(error.reason)
            }
        }
            + volumes { path in
                do throws(SystemError) {
                    try Folder.remove(path)
                    return .destroyed
                } catch {
                    return .kept(error.reason)
                }
            } + conversions()
    }

    private func cached(_ remove: (VolumeCache, VolumeCache.Entry) -> PurgeItem.Effect) -> [PurgeItem] {
        let byDigest = Dictionary(images.map { ($0.digest, $0) }, uniquingKeysWith: { first, _ in first })
        return caches.flatMap { cache in
            let entries: [VolumeCache.Entry]
            do throws(SystemError) {
                entries = try cache.entries()
            } catch {
                let reason = "the cache cannot be listed: \(error.reason)"
                return [item(.cached, cache.folder, bytes: 0) { .kept(reason) }]
            }
            return entries.compactMap { entry in
                guard let source = entry.source, let image = byDigest[source] else { return nil }
                // Labels are of the purged masks, too, where the image is still used, and are made again.
                let user = entry.kind == .labels ? nil : image.user
                return item(entry.kind == .unfinished ? .unfinished : .cached, entry.path, bytes: entry.bytes) {
                    user.map { .kept("used by \($0)") } ?? remove(cache, entry)
                }
            }
        }
    }

    private func volumes(_ remove: (String) -> PurgeItem.Effect) -> [PurgeItem] {
        images.flatMap { image in
            converted.files(of: image.digest).map { path in
                item(.converted, path, bytes: ImagePair.size(of: path) ?? 0) {
                    image.user.map { .kept("used by \($0)") } ?? remove(path)
                }
            }
        }
    }

    private func conversions() -> [PurgeItem] {
        let found = converted.removeIdleConversions()
        func items(_ paths: [String], _ effect: (String) -> PurgeItem.Effect) -> [PurgeItem] {
            paths.map { path in
                PurgeItem(
                    kind: .unfinished, name: FilePath.name(of: path), checksum: nil, bytes: 0, location: path,
                    effect: effect(path))
            }
        }
        return items(found.removed) { _ in .destroyed }
            + items(found.running) { _ in .kept("a conversion of a series is running; purge again when it has ended") }
            + items(found.foreign) { path in
                .kept("it belongs to \(Folder.owner(of: path) ?? "another user"), who must remove it")
            }
    }

    /// The checksum is computed before the removal.
    private func item(_ kind: PurgeItem.Kind, _ path: String, bytes: Int, _ effect: () -> PurgeItem.Effect) -> PurgeItem
    {
        let checksum = (try? ImagePair.checksum(of: path))?.sha256.description
        return PurgeItem(
            kind: kind, name: FilePath.name(of: path), checksum: checksum, bytes: bytes, location: path,
            effect: effect())
    }
}
