public import Domain
import Postgres

/// Two volumes that may be of one scan; a person decides.
public struct DuplicateRow: Sendable, Hashable {
    public let first: DuplicateVolume
    public let second: DuplicateVolume
    public let kind: DuplicateKind

    public init(first: DuplicateVolume, second: DuplicateVolume, kind: DuplicateKind) {
        (self.first, self.second, self.kind) = (first, second, kind)
    }
}

/// One side of a proposed pair.
public struct DuplicateVolume: Sendable, Hashable {
    public let id: VolumeID
    /// `DATASET/CASE` of its newest source.
    public let name: String
    public let subject: String
}

/// What two volumes have in common, the most certain first.
public enum DuplicateKind: String, Sendable, CaseIterable {
    /// The same values in another order: flipped, reoriented, or with a reset header.
    case orientation
    /// The same values after clipping to ±1000 HU: re-windowed.
    case clipped
    /// Similar content: cropped, resampled, re-windowed or flipped.
    case near
}

/// The image descriptor of a volume.
public struct DescriptorRecord: Sendable, Hashable {
    public let version: Int
    /// Empty where the volume is too small for one.
    public let descriptor: [UInt8]

    public init(version: Int, descriptor: [UInt8]) { (self.version, self.descriptor) = (version, descriptor) }
}

/// Image descriptors of many volumes, one after another.
public struct DescriptorTable: Sendable {
    public internal(set) var volumes: [VolumeID] = []
    /// Signed bytes, the same number for each volume.
    public internal(set) var descriptors: [Int8] = []
}

/// A volume without a descriptor, with its image file.
public struct UndescribedImage: Sendable, Hashable {
    public let volume: VolumeID
    /// `DATASET/CASE`.
    public let name: String
    /// Absolute.
    public let file: String
    /// Of the file, or of the series where that is a folder.
    public let sha256: Digest
    public let modality: String
    /// The volume's identity, to check that the file did not change since the import.
    public let identity: Digest
}

extension LabelCatalog {
    /// Pairs of volumes whose orientation-blind or clipped keys are equal, by id.
    public func proposedDuplicates() async throws -> [DuplicateRow] {
        try await connection.run(ProposedDuplicates())
    }

    /// The volumes of those ids as proposals show them.
    public func duplicateVolumes(_ ids: [VolumeID]) async throws -> [VolumeID: DuplicateVolume] {
        let rows = try await connection.run(DescribeDuplicates(volumes: ids))
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.id, $0) })
    }

    /// All descriptors of a version, of volumes that are not withheld; read page by page.
    public func descriptors(version: Int, size: Int, page: Int = 20_000) async throws -> DescriptorTable {
        var table = DescriptorTable()
        var last = VolumeID(0)
        while true {
            let rows = try await connection.run(
                ListDescriptors(version: version, size: size, after: last, limit: page))
            for row in rows {
                table.volumes.append(row.volume)
                table.descriptors.append(contentsOf: row.descriptor.lazy.map { Int8(bitPattern: $0) })
            }
            guard let end = rows.last, rows.count == page else { return table }
            last = end.volume
        }
    }

    /// Volumes without a descriptor of the version, each with a source whose image may be read.
    public func volumesWithoutDescriptor(version: Int) async throws -> [UndescribedImage] {
        try await connection.run(VolumesWithoutDescriptor(version: version))
    }

    /// The number of volumes without a descriptor of the version, without withheld ones.
    public func countWithoutDescriptor(version: Int) async throws -> Int {
        try await connection.one(CountWithoutDescriptor(version: version))
    }

    /// Records a volume's descriptor, unless it has one of that version.
    public func record(_ descriptor: DescriptorRecord, of volume: VolumeID) async throws {
        try await connection.run(InsertDescriptor(volume: volume, record: descriptor))
    }
}
