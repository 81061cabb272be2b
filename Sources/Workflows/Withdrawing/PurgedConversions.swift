internal import Catalog
internal import DICOM
internal import System

/// Volumes converted from DICOM series that were purged. An import has to convert a series before it knows its scan.
struct PurgedConversions {
    let workspace: Workspace

    /// - Throws: `WorkflowError` of kind `conflict` for a file that cannot be removed.
    func remove() async throws {
        let converted = workspace.converted
        let held = await BlockingWork().run { converted.contents }
        if held.isEmpty { return }
        for digest in try await workspace.catalog.purgedImages(among: held) {
            for path in converted.files(of: digest) { try Self.remove(path) }
        }
    }

    private static func remove(_ path: String) throws(WorkflowError) {
        do throws(SystemError) {
            try Folder.remove(path)
        } catch {
            throw WorkflowError(
                .conflict, "a volume converted from a purged series cannot be removed: \(error.reason)", file: path,
                remedy: "remove the file")
        }
    }
}
