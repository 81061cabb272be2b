internal import Catalog
package import Domain

/// Withholds single volumes from training, coverage, export and relabelling, and undoes it.
package struct VolumeExclusion {
    package struct Result: Sendable {
        package let volume: VolumeID
        /// Whether the request changed anything.
        package let isChanged: Bool
        /// Why the volume is withheld afterwards, `excluded: …` or `removed: …`; nil where it is not.
        package let withheld: String?
        package let revision: Revision
    }

    private let workspace: Workspace

    package init(_ workspace: Workspace) { self.workspace = workspace }

    /// - Parameters:
    ///   - name: the volume's id, `DATASET/CASE`, or its file.
    ///   - reason: no patient data.
    package func exclude(_ name: String, reason: String) async throws -> Result {
        try await change(name) { try await workspace.catalog.withdraw($0, recalling: false, reason: reason) }
    }

    /// Undoes an exclusion. The volume stays withheld where its subject or all its datasets are removed.
    package func include(_ name: String, reason: String) async throws -> Result {
        try await change(name) { try await workspace.catalog.restore($0, reason: reason) }
    }

    private func change(_ name: String, _ change: (Withdrawable) async throws -> Bool) async throws -> Result {
        let catalog = workspace.catalog
        let volume = try await workspace.volume(named: name).id
        let isChanged = try await change(.volume(volume))
        try await catalog.compactCoverage()
        return Result(
            volume: volume, isChanged: isChanged,
            withheld: try await catalog.volume(named: volume.description).withheld,
            revision: try await catalog.currentRevision())
    }
}
