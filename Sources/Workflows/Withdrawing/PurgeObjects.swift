internal import Catalog
internal import Domain
internal import Objects
internal import Postgres

/// The objects of a purge, and how they are destroyed.
struct PurgeObjects {
    let catalog: LabelCatalog
    /// Nil where there is no object store and no object.
    let store: (any ObjectStore)?
    let target: Withdrawable
    /// The objects as they were before the purge.
    private let planned: [PurgeObject]

    init(_ workspace: Workspace, _ target: Withdrawable) async throws {
        (catalog, self.target) = (workspace.catalog, target)
        planned = try await workspace.catalog.purgePlan(target)
        store = planned.isEmpty ? nil : try await workspace.objects()
    }

    /// What would become of each object. Changes nothing.
    func preview() -> [PurgeItem] {
        planned.map { object in
            if let event = object.purged { return item(object, .destroyedBefore(event)) }
            return item(object, object.users.isEmpty ? .pending : .kept(Self.use(object.users)))
        }
    }

    /// Deletes the bytes of the target's tombstones, then all bytes that no row names, as an interrupted import leaves them. Writers of
    /// objects are blocked meanwhile. Where the database refuses, all objects are kept: the tombstones are recorded by now.
    ///
    /// - Parameter activity: the purge that made the tombstones.
    func destroy(by activity: ActivityID) async -> [PurgeItem] {
        guard let store else { return [] }
        do {
            return try await catalog.withObjectsLocked { named in
                var items: [PurgeItem] = []
                for object in try await catalog.purgePlan(target) {
                    items.append(item(object, await destroy(object, by: activity, in: store)))
                }
                return await items + destroyUnnamed(named, in: store)
            }
        } catch {
            return planned.map { item($0, .kept(Self.obstacle(error))) }
        }
    }

    private static func obstacle(_ error: any Error) -> String {
        guard let error = error as? PostgresError else { return "the database refused; purge again" }
        guard error.sqlState == "55P03" else { return "\(error); purge again" }
        return
            "another session, such as a backup or an import, holds the lock of the objects; purge again when it has ended"
    }

    private func destroy(
        _ object: PurgeObject, by activity: ActivityID, in store: any ObjectStore
    ) async -> PurgeItem.Effect {
        guard let event = object.purged else {
            return .kept(object.users.isEmpty ? "it was stored again meanwhile; purge again" : Self.use(object.users))
        }
        let id = ObjectID(digest: object.digest, size: object.bytes)
        do {
            guard try await store.size(of: id) != nil else {
                return event.activity == activity ? .missing : .destroyedBefore(event)
            }
            try await store.remove(id)
            return .destroyed
        } catch let error as ObjectStoreError {
            return .kept(error.problem)
        } catch {
            return .kept("the object store refused")
        }
    }

    private func destroyUnnamed(_ named: Set<Digest>, in store: any ObjectStore) async -> [PurgeItem] {
        var items: [PurgeItem] = []
        let stored: [ObjectID]
        do { stored = try await store.listing().objects } catch {
            return [Self.unfinished(0, .kept(Self.reason(error)))]
        }
        for orphan in stored where !named.contains(orphan.digest) {
            var effect = PurgeItem.Effect.destroyed
            do { try await store.remove(orphan) } catch { effect = .kept(Self.reason(error)) }
            items.append(
                PurgeItem(
                    kind: .orphan, name: orphan.digest.description, checksum: orphan.digest.description,
                    bytes: orphan.size, location: store.location(of: orphan), effect: effect))
        }
        do {
            let count = try await store.removeTemporaries(writtenBefore: .max)
            if count > 0 { items.append(Self.unfinished(count, .destroyed)) }
        } catch {
            items.append(Self.unfinished(0, .kept(Self.reason(error))))
        }
        return items
    }

    private static func unfinished(_ count: Int, _ effect: PurgeItem.Effect) -> PurgeItem {
        PurgeItem(
            kind: .unfinished, name: "\(count) incomplete objects", checksum: nil, bytes: 0, location: nil,
            effect: effect)
    }

    private static func reason(_ error: any Error) -> String {
        (error as? ObjectStoreError)?.problem ?? "the object store refused"
    }

    /// At most three users by name.
    private static func use(_ users: [String]) -> String {
        let rest = users.count - 3
        return "used by " + users.prefix(3).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
    }

    private func item(_ object: PurgeObject, _ effect: PurgeItem.Effect) -> PurgeItem {
        PurgeItem(
            kind: .object, name: object.digest.description, checksum: object.digest.description, bytes: object.bytes,
            location: store?.location(of: ObjectID(digest: object.digest, size: object.bytes)), effect: effect)
    }
}
