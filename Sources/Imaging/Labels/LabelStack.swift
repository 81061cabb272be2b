public import Domain
internal import Hashing

/// Label slices, one PNG picture each, as one volume.
public enum LabelStack {
    /// Reads the slices onto a grid whose stored axis i runs along a picture's rows from the left, and k from slice to
    /// slice.
    /// - Parameters:
    ///   - paths: one per slice, in the order of k.
    ///   - isUpsideDown: whether j runs from the bottom row upwards; else from the top row downwards.
    ///   - folder: the path recorded for the volume.
    /// - Throws: `notPNG`, `sliceSize`, `unreadable`, `tooLarge`, `claimTooLarge`.
    /// - Precondition: one path for each k.
    public static func read(
        _ paths: [String], on grid: ImageGrid, isUpsideDown: Bool, folder: String
    ) throws -> LabelVolume {
        precondition(paths.count == grid.shape.z, "one picture per slice")
        let (width, height) = (grid.shape.x, grid.shape.y)
        let voxels = ByteBuffer(capacity: grid.shape.count)
        for (k, path) in paths.enumerated() {
            let picture = try PNGReader.read(path)
            guard (picture.width, picture.height) == (width, height) else {
                throw ImagingError.sliceSize(
                    file: path, found: [picture.width, picture.height], expected: [width, height])
            }
            picture.pixels.withUnsafeBytes { pixels in
                for row in 0..<height {
                    let target = voxels.base + (k * height + (isUpsideDown ? height - 1 - row : row)) * width
                    target.copyMemory(from: pixels.baseAddress! + row * width, byteCount: width)
                }
            }
        }
        let facts = FileFacts(path: folder, digest: try digest(of: paths), header: header(grid), findings: [])
        var pool = BufferPool()
        return try withExtendedLifetime(voxels) {
            let bytes = UnsafeRawBufferPointer(start: voxels.base, count: grid.shape.count)
            return try LabelVolume(StoredImage(facts: facts, grid: grid, voxels: bytes, owner: nil), pool: &pool)
        }
    }

    /// SHA-256 over "lacuna label stack 1\n" and the SHA-256 of each file, in the order given.
    /// - Throws: `unreadable`.
    public static func digest(of paths: [String]) throws -> Digest {
        var hasher = SHA256()
        hasher.update(Array("lacuna label stack 1\n".utf8))
        for path in paths { hasher.update(try digest(ofFile: path).bytes) }
        return hasher.finalize()
    }

    private static func digest(ofFile path: String) throws -> Digest {
        do {
            return try SHA256.digest(ofFile: path)
        } catch HashingError.unreadable(let file, let code) {
            throw ImagingError.unreadable(file: file, code: code)
        }
    }

    private static func header(_ grid: ImageGrid) -> NIfTIHeader {
        let shape = grid.shape
        return NIfTIHeader(
            version: 1, isSingleFile: true, isSwapped: false, dimensions: [shape.x, shape.y, shape.z], type: .uint8,
            voxelOffset: 352, slope: 1, intercept: 0, qformCode: 0, sformCode: 1, qform: nil, sform: grid.affine,
            pixelSpacing: grid.affine.spacing, millimetresPerUnit: 1)
    }
}
