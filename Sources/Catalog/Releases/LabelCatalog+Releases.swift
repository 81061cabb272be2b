public import Domain
public import Postgres

/// A case of a dataset in two of its releases; nil where a release does not contain it.
public struct CasePair: Sendable, Hashable {
    public let caseName: String
    public let before: VolumeID?
    public let after: VolumeID?
}

/// The label of one organ of one case in a release.
public struct ReleaseLabel: Sendable, Hashable {
    public let status: LabelStatus
    public let origin: LabelOrigin
    /// Nil for an absence.
    public let mask: MaskLocation?
    public let shape: GridShape
    /// Where it is complete, in canonical voxels; nil: everywhere.
    public let extent: VoxelBox?
    /// Cubic millimetres of a voxel, by the release's own source.
    public let voxelVolume: Double
}

/// The labels of one organ of one case in two releases; nil where a release has none.
public struct LabelPair: Sendable, Hashable {
    public let caseName: String
    public let organ: OrganKey
    public let before: ReleaseLabel?
    public let after: ReleaseLabel?
}

/// A file of a release, relative to its root.
public struct ReleaseFile: Sendable, Hashable {
    public let path: String
    public let sha256: Digest
    public let bytes: Int
}

extension LabelCatalog {
    /// The cases of two releases, by name.
    /// - Throws: `CatalogError.unknownDataset`, `.unknownRelease`.
    public func cases(of dataset: String, before: String, after: String) async throws -> [CasePair] {
        try await requireReleases(of: dataset, [before, after])
        return try await connection.run(PairedCases(dataset: dataset, before: before, after: after))
    }

    /// The newest labels of two releases, by case and organ.
    /// - Throws: `CatalogError.unknownDataset`, `.unknownRelease`.
    public func labels(of dataset: String, before: String, after: String) async throws -> [LabelPair] {
        try await requireReleases(of: dataset, [before, after])
        return try await connection.run(PairedLabels(dataset: dataset, before: before, after: after))
    }

    /// The files of a release as they were last recorded, by path: images and labels.
    /// - Throws: `CatalogError.unknownDataset`, `.unknownRelease`.
    public func files(of dataset: String, release: String) async throws -> [ReleaseFile] {
        try await requireReleases(of: dataset, [release])
        return try await connection.run(FilesOfRelease(dataset: dataset, release: release))
    }

    /// Sets the path of a release's folder. No label changes, so there is no new revision.
    ///
    /// - Parameters:
    ///   - root: absolute.
    ///   - parameters: a JSON object; no patient data.
    public func relocate(_ dataset: String, release: String, to root: String, parameters: JSONText) async throws {
        try await requireReleases(of: dataset, [release])
        try await connection.transaction { connection in
            _ = try await startActivity(.correction, parameters: parameters)
            try await connection.run(SetReleaseRoot(dataset: dataset, release: release, root: root))
        }
    }

    private func requireReleases(of dataset: String, _ names: [String]) async throws {
        try await requireDataset(dataset)
        let known = Set(try await datasets(named: dataset).map(\.release))
        if let missing = names.first(where: { !known.contains($0) }) {
            throw CatalogError.unknownRelease(missing, dataset: dataset, known: known.sorted())
        }
    }
}
