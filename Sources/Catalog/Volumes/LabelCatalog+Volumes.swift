public import Domain
import Postgres

/// A volume as a case of a dataset.
public struct SourceRow: Sendable, Hashable {
    public let dataset: String
    public let release: String
    public let caseName: String
    /// Relative to `root`.
    public let file: String
    public let root: String
    public let sha256: Digest
    /// Canonical voxel indices to RAS+ millimetres.
    public let affine: Affine
    public let orientation: String
    /// `CT`, `MR`, or `other` where it is not recorded.
    public let modality: String
    /// Whether its dataset is removed.
    public let isRemoved: Bool
    /// Equal for images of the release that share labels; the phase distinguishes them. Nil for a single image.
    public let study: String?
    public let phase: String?
}

/// A volume with all its sources.
public struct VolumeRow: Sendable, Hashable {
    public let id: VolumeID
    public let subject: String
    public let shape: GridShape
    public let modality: String
    /// Why its labels are withheld, `removed: …` or `excluded: …`; nil where they are not.
    public let withheld: String?
    /// Those of removed datasets last, else in the order of import; the first one's geometry is the volume's.
    public let sources: [SourceRow]

    /// Millimetres along the canonical axes.
    public var spacing: Vector3<Double> { sources.first?.affine.spacing ?? .zero }

    /// Cubic millimetres of a voxel; nil where the sources differ by more than a thousandth.
    public var voxelVolume: Double? {
        let volumes = sources.map { abs($0.affine.determinant) }
        guard let first = volumes.first, volumes.allSatisfy({ abs($0 - first) <= first / 1000 }) else { return nil }
        return first
    }
}

/// A release of a dataset as `lacuna dataset list` shows it.
public struct DatasetRow: Sendable, Hashable {
    public let name: String
    public let release: String
    public let layout: String
    public let origin: LabelOrigin
    /// The licence that the first import stated.
    public let licence: String?
    /// All licences that imports stated, the most authoritative first and each once; `missing` only where none was ever stated.
    public let licences: [String]
    public let root: String
    /// Without withheld ones.
    public let volumes: Int
    public let subjects: Int
    /// Why the dataset is removed; nil where it is not.
    public let removed: String?
    /// Cases whose labels wait for their image.
    public let waiting: Int
}

extension LabelCatalog {
    /// Volumes in the order of their ids: those after `after`, at most `limit`; nil: all. They are read in pages.
    ///
    /// - Parameter withheld: whether to include removed and excluded volumes.
    public func volumes(
        dataset: String? = nil, after: VolumeID? = nil, limit: Int? = nil, withheld: Bool = false
    ) async throws -> [VolumeRow] {
        var (found, after): ([VolumeRow], VolumeID?) = ([], after)
        while true {
            let wanted = min(Self.page, limit.map { $0 - found.count } ?? Self.page)
            let page = try await page(of: dataset, after: after, wanted, withheld)
            found += page
            after = page.last?.id ?? after
            if page.count < wanted || found.count == limit { return found }
        }
    }

    private static let page = 10_000

    private func page(
        of dataset: String?, after: VolumeID?, _ limit: Int, _ withheld: Bool
    ) async throws -> [VolumeRow] {
        guard let dataset else {
            return rows(try await connection.run(ListVolumes(after: after, limit: limit, withheld: withheld)))
        }
        return rows(
            try await connection.run(
                ListVolumesOfDataset(dataset: dataset, after: after, limit: limit, withheld: withheld)))
    }

    /// The volume with that id, `DATASET/CASE`, or file.
    ///
    /// An id or a case takes precedence over an absolute path, and that over a path relative to a release's root.
    /// - Parameter files: absolute paths that the name may refer to, with links resolved.
    /// - Throws: `CatalogError.unknownVolume`, or `.ambiguousVolume` where several volumes have the name.
    public func volume(named name: String, files: [String] = []) async throws -> VolumeRow {
        let ids = try await connection.run(ResolveVolume(name: name, files: [name] + files))
        guard ids.count <= 1 else { throw CatalogError.ambiguousVolume(name, matches: ids.count) }
        guard let id = ids.first else { throw CatalogError.unknownVolume(name) }
        return rows(try await connection.run(DescribeVolume(id: id)))[0]
    }

    /// The releases of a dataset, none where it does not exist; nil: of all.
    public func datasets(named name: String? = nil) async throws -> [DatasetRow] {
        try await connection.run(ListDatasets(name: name))
    }

    private func rows(_ found: [FoundVolume]) -> [VolumeRow] {
        found.chunked { $0.id == $1.id }.map { group in
            VolumeRow(
                id: group[0].id, subject: group[0].subject, shape: group[0].shape, modality: group[0].modality,
                withheld: group[0].withheld, sources: group.map(\.source))
        }
    }
}

extension Array {
    /// Runs of neighbours for which `same` holds.
    fileprivate func chunked(by same: (Element, Element) -> Bool) -> [[Element]] {
        reduce(into: []) { groups, element in
            if let last = groups.last?.last, same(last, element) {
                groups[groups.count - 1].append(element)
            } else {
                groups.append([element])
            }
        }
    }
}
