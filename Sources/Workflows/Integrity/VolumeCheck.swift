package import Catalog
package import Objects
internal import System

/// Reads the image files and masks of one volume and compares them with what was recorded.
package struct VolumeCheck: Sendable {
    private let store: any ObjectStore
    private let disk = BlockingWork()

    package init(store: any ObjectStore) { self.store = store }

    /// Missing and damaged files, objects and masks.
    ///
    /// - Parameter checkStop: called before each file and object; an error ends the check.
    package func findings(
        files: [ReferencedFile], objects: [VolumeObject], checkStop: () throws -> Void = {}
    ) async throws -> [IntegrityFinding] {
        var findings: [IntegrityFinding] = []
        for file in files {
            try checkStop()
            let check = DatasetFileCheck(subject: .image, readsData: true)
            if let finding = await disk.run({ check.finding(file) }) { findings.append(finding) }
        }
        let check = StoredObjectCheck(store: store, readsData: true)
        for object in objects {
            try checkStop()
            findings += try await check.findings(object.row, masks: object.masks)
        }
        return findings
    }
}
