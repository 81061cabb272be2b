internal import Catalog
internal import Domain
internal import Imaging
internal import Objects

/// Compares objects and the masks in them with their rows.
struct StoredObjectCheck {
    let store: any ObjectStore
    /// Whether bytes are read; otherwise presence and sizes are checked.
    let readsData: Bool

    /// - Parameter masks: the masks in the object; not needed where bytes are not read.
    func findings(_ row: ObjectRow, masks: [MaskFacts]) async throws -> [IntegrityFinding] {
        let id = ObjectID(digest: row.digest, size: row.bytes)
        let location = store.location(of: id)
        func finding(_ kind: IntegrityFinding.Kind, _ problem: String) -> [IntegrityFinding] {
            [IntegrityFinding(kind, .object, location, problem)]
        }
        let found: Int?
        do {
            found = try await store.size(of: id)
        } catch let error as ObjectStoreError where error.isDamage {
            return finding(.damaged, error.problem)
        }
        guard let size = found else { return finding(.missing, "the object is missing") }
        guard size == row.bytes else {
            return finding(.damaged, "the object has \(size) bytes instead of \(row.bytes)")
        }
        guard readsData else { return [] }
        switch try await store.verify(id) {
        case .intact: break
        case .missing: return finding(.missing, "the object is missing")
        case .damaged: return finding(.damaged, "the bytes do not match their checksum")
        }
        var findings: [IntegrityFinding] = []
        for mask in masks {
            guard let problem = try await problem(mask) else { continue }
            findings.append(IntegrityFinding(.damaged, .mask, location, problem))
        }
        return findings
    }

    /// Decodes a mask, verifies the hash of its content, and counts its voxels.
    private func problem(_ mask: MaskFacts) async throws -> String? {
        do {
            let found = try await MaskReader(store: store).read(mask.location, shape: mask.shape)
            let (voxels, known) = (found.foreground.population, found.known?.population)
            if voxels != mask.voxels {
                return "mask \(mask.location.mask) has \(voxels) voxels instead of \(mask.voxels)"
            }
            guard known != mask.knownVoxels else { return nil }
            func words(_ count: Int?) -> String { count.map { "\($0) voxels" } ?? "none" }
            return
                "the validity mask of mask \(mask.location.mask) has \(words(known)) instead of \(words(mask.knownVoxels))"
        } catch let error as WorkflowError {
            return error.problem
        }
    }
}
