internal import Batches
internal import Catalog
internal import Domain
internal import Hashing
internal import Imaging
internal import Objects
internal import System
internal import Workflows

/// Volumes of a training of which only some have files: images of noise, compressed, and a mask of each organ.
struct ColdStartData: Sendable {
    let organs: [OrganKey]
    private let shape: GridShape
    private let folder: String
    let store: LocalObjectStore
    private var volumes: [RunVolume]
    private var labels: [[RunLabel]]

    /// - Parameter folder: exists.
    init(_ shape: GridShape, organs: [OrganKey], volumes: Int, in folder: String) async throws {
        (self.shape, self.organs, self.folder) = (shape, organs, folder)
        store = try await LocalObjectStore.open(
            "\(folder)/objects", catalogue: "00000000-0000-4000-8000-000000000000")
        let nothing = SHA256.digest(of: [])
        let place = MaskLocation(mask: MaskID(1), content: nothing, object: nothing, offset: 0, length: 0)
        self.volumes = (0..<volumes).map { number in
            Self.volume(number, shape, folder, SHA256.digest(of: Array("\(number)".utf8)))
        }
        labels = (0..<volumes).map { number in organs.map { Self.label(number, $0, place, voxels: 1) } }
    }

    var snapshot: RunSnapshot { RunSnapshot(organs: organs, volumes: volumes, labels: labels.flatMap { $0 }) }

    /// Bytes of a volume's image file and masks.
    func storedBytes(_ number: Int) throws -> [[UInt8]] {
        let objects = Set(labels[number].compactMap(\.mask?.object))
        let files = [volumes[number].path] + objects.map { store.location(of: ObjectID(digest: $0, size: 0)) }
        return try files.map { try OpenFile(reading: $0).contents() }
    }

    /// Writes the files of a volume.
    mutating func write(_ number: Int) async throws {
        let (shape, folder) = (shape, folder)
        let digest = try await BlockingWork().run { try Self.writeImage(number, shape, folder) }
        volumes[number] = Self.volume(number, shape, folder, digest)
        let masks = await BlockingWork().run { [organs] in
            var random = CounterRandom(2, UInt64(number))
            return organs.map { _ in MaskCodec.encode(foreground: Ellipsoid(shape, &random).filled(shape)) }
        }
        let object = try await store.put(masks.flatMap(\.bytes)).digest
        var offset = 0
        for (i, mask) in masks.enumerated() {
            let place = MaskLocation(
                mask: MaskID(1), content: mask.contentHash, object: object, offset: offset, length: mask.bytes.count)
            labels[number][i] = Self.label(number, organs[i], place, voxels: mask.voxels)
            offset += mask.bytes.count
        }
    }

    /// Blocks.
    private static func writeImage(_ number: Int, _ shape: GridShape, _ folder: String) throws -> Digest {
        var random = CounterRandom(1, UInt64(number))
        let voxels = VoxelBuffer<Int16>(count: shape.count) { out in
            for i in out.indices { out[i] = Int16(truncatingIfNeeded: random.next() % 64) + Int16(i / shape.x % 512) }
        }
        let path = "\(folder)/\(file(number))"
        let grid = ImageGrid(shape: shape, affine: affine)
        try NIfTIWriter.write(.int16(voxels), on: grid, to: path, compressionLevel: 1)
        return try ImagePair.checksum(of: path).sha256
    }

    private static let affine = Affine.scaling(Vector3(0.75, 0.75, 1))

    private static func file(_ number: Int) -> String { "image\(number).nii.gz" }

    private static func volume(
        _ number: Int, _ shape: GridShape, _ folder: String, _ digest: Digest
    ) -> RunVolume {
        RunVolume(
            id: VolumeID(Int64(number) + 1), subject: SubjectID(Int64(number) + 1), part: .train, shape: shape,
            modality: "CT", root: folder, file: file(number), sha256: digest, affine: affine)
    }

    private static func label(
        _ number: Int, _ organ: OrganKey, _ place: MaskLocation, voxels: Int
    ) -> RunLabel {
        RunLabel(
            volume: VolumeID(Int64(number) + 1), part: .train, organ: organ, extent: nil, mask: place,
            size: MaskSize(voxels: voxels, known: nil))
    }
}
