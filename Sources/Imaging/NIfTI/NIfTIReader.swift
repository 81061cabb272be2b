internal import CNIfTI
public import Domain
internal import Glibc
internal import Hashing

/// Reads NIfTI-1 and NIfTI-2, `.nii`, `.nii.gz` and `.hdr` + `.img` pairs, of either byte order.
///
/// For one thread; reuses its buffers from file to file. Calls block; keep them off the cooperative pool.
public final class NIfTIReader {
    private let limitInBytes: Int
    private var headerFile = FileBytes()
    private var voxelFile = FileBytes()
    private let inflater = GzipInflater()
    private var pool = BufferPool()

    /// - Parameter limitInBytes: files whose header gives more uncompressed bytes are refused.
    public init(limitInBytes: Int = 8 << 30) {
        self.limitInBytes = limitInBytes
    }

    /// Reads a scalar image into canonical RAS+ order.
    /// - Throws: `ImagingError`, also for NaN, constant and multi-volume images.
    public func readImage(_ path: String) throws -> ImageVolume {
        let stored = try readStored(path)
        return try ImageVolume(stored, pool: &pool)
    }

    /// Reads a label map into canonical RAS+ order.
    /// - Throws: `ImagingError`, also for fractional values and NaN.
    public func readLabels(_ path: String) throws -> LabelVolume {
        let stored = try readStored(path)
        return try LabelVolume(stored, pool: &pool)
    }

    /// Reads a label map onto an image's grid, flipped along a canonical axis or not, regardless of its own header.
    /// - Throws: `ImagingError`, as the other form.
    /// - Precondition: the file has the image's canonical shape.
    public func readLabels(_ path: String, on image: ImageGrid, flipped flip: LabelFlip) throws -> LabelVolume {
        let stored = try readStored(path)
        let laid = StoredImage(
            facts: stored.facts, grid: stored.grid.laid(on: image, flipped: flip), voxels: stored.voxels,
            owner: stored.owner)
        return try LabelVolume(laid, pool: &pool)
    }

    /// Reads a file's header, extensions and grid, not its voxels; a `.nii.gz` is inflated nevertheless.
    /// - Throws: `ImagingError`.
    public func readHeader(_ path: String) throws -> (header: NIfTIHeader, grid: ImageGrid, findings: [GeometryFinding])
    {
        let stored = try readStored(path)
        return (stored.facts.header, stored.grid, stored.facts.findings)
    }

    // MARK: -

    private func readStored(_ path: String) throws -> StoredImage {
        let headerPath = try ImagePair.headerPath(of: path)
        try headerFile.read(headerPath, limit: limitInBytes)
        try headerFile.refuseImpostors(headerPath)
        let head =
            headerFile.isGzip
            ? try inflater.head(ofFile: headerPath, bytes: NIfTIHeader.largestSize)
            : Array(headerFile.bytes.prefix(NIfTIHeader.largestSize))
        if let format = ForeignFormat(head) { throw ImagingError.otherFormat(file: headerPath, format: format) }
        var header = try head.withUnsafeBytes { try NIfTIHeader(parsing: $0, file: headerPath) }
        guard header.dimensions.dropFirst(3).allSatisfy({ $0 == 1 }) else {
            throw ImagingError.severalVolumes(file: headerPath, dimensions: header.dimensions)
        }
        let bytes = try claimedBytes(header, file: headerPath)
        let isInflated = header.isSingleFile && headerFile.isGzip
        let (digest, voxels) =
            header.isSingleFile
            ? try readSingle(&header, voxelBytes: bytes, path: headerPath)
            : try readPair(&header, voxelBytes: bytes, headerPath: headerPath)
        if header.isSwapped && header.type.size > 1 {
            let base = UnsafeMutableRawPointer(mutating: voxels.baseAddress)
            nifti_swap_Nbytes(Int64(header.shape.count), Int32(header.type.size), base)
        }
        let (grid, findings) = try header.grid(file: headerPath)
        let facts = FileFacts(path: path, digest: digest, header: header, findings: findings)
        return StoredImage(facts: facts, grid: grid, voxels: voxels, owner: isInflated ? inflater.buffer : nil)
    }

    /// Number of voxel bytes according to the header, checked before memory is allocated for them.
    /// - Throws: `claimTooLarge`.
    private func claimedBytes(_ header: NIfTIHeader, file: String) throws -> Int {
        var bytes = header.type.size
        for size in header.dimensions {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: size)
            guard !overflow, product <= limitInBytes - header.voxelOffset else {
                throw ImagingError.claimTooLarge(file: file, dimensions: header.dimensions, limitInBytes: limitInBytes)
            }
            bytes = product
        }
        return bytes
    }

    private func readSingle(_ header: inout NIfTIHeader, voxelBytes: Int, path: String) throws -> (
        Digest, UnsafeRawBufferPointer
    ) {
        guard ImagePair.files(of: path).count == 1 else {
            throw ImagingError.invalidHeader(file: path, field: "magic: the voxels are in the header's file of a pair")
        }
        let digest = SHA256.digest(of: headerFile.bytes)
        let contents = try contents(of: headerFile, expected: header.voxelOffset + voxelBytes, header, path)
        if headerFile.isGzip { headerFile.release() }
        header.readExtensions(in: contents, upTo: header.voxelOffset)
        return (
            digest, UnsafeRawBufferPointer(rebasing: contents[header.voxelOffset..<header.voxelOffset + voxelBytes])
        )
    }

    private func readPair(_ header: inout NIfTIHeader, voxelBytes: Int, headerPath: String) throws -> (
        Digest, UnsafeRawBufferPointer
    ) {
        let imagePath = try ImagePair.imagePath(of: headerPath)
        try voxelFile.read(imagePath, limit: limitInBytes)
        try voxelFile.refuseImpostors(imagePath)
        var hasher = SHA256()
        hasher.update(headerFile.bytes)
        hasher.update(voxelFile.bytes)
        let contents = try contents(of: voxelFile, expected: header.voxelOffset + voxelBytes, header, imagePath)
        let voxels = contents[header.voxelOffset..<header.voxelOffset + voxelBytes]
        if voxelFile.isGzip { voxelFile.release() }
        if !headerFile.isGzip { header.readExtensions(in: headerFile.bytes, upTo: headerFile.count) }
        return (hasher.finalize(), UnsafeRawBufferPointer(rebasing: voxels))
    }

    private func contents(of file: FileBytes, expected: Int, _ header: NIfTIHeader, _ path: String) throws
        -> UnsafeRawBufferPointer
    {
        guard file.isGzip else {
            guard file.count >= expected else {
                throw ImagingError.truncated(file: path, neededBytes: expected, foundBytes: file.count)
            }
            return try Self.withoutSurplus(file.bytes, expected, path)
        }
        guard expected / GzipInflater.largestRatio <= file.count else {
            throw ImagingError.claimTooLarge(
                file: path, dimensions: header.dimensions, limitInBytes: file.count * GzipInflater.largestRatio)
        }
        return try Self.withoutSurplus(
            try inflater.inflate(file.bytes, expected: expected, file: path), expected, path)
    }

    /// Zeros after the voxels are padding; other bytes mean that the header gives too few voxels.
    /// - Throws: `trailingBytes`.
    private static func withoutSurplus(
        _ contents: UnsafeRawBufferPointer, _ expected: Int, _ path: String
    ) throws -> UnsafeRawBufferPointer {
        guard contents[expected...].allSatisfy({ $0 == 0 }) else {
            throw ImagingError.trailingBytes(file: path, count: contents.count - expected)
        }
        return UnsafeRawBufferPointer(rebasing: contents[..<expected])
    }
}

/// A file as stored, with voxels in this machine's byte order; valid until the reader's next file.
struct StoredImage {
    let facts: FileFacts
    let grid: ImageGrid
    let voxels: UnsafeRawBufferPointer
    /// The buffer with the voxels, if a volume may keep it.
    let owner: ByteBuffer?

    /// The voxels in place, if they are in canonical order already; nil: they must be copied.
    func inPlace<T>(_: T.Type) -> VoxelBuffer<T>? {
        guard let owner, let base = voxels.baseAddress, grid.orientation == .ras else { return nil }
        let offset = base - UnsafeRawPointer(owner.base)
        guard offset % MemoryLayout<T>.alignment == 0 else { return nil }
        return VoxelBuffer(storage: owner, offset: offset, count: grid.shape.count)
    }
}

/// The file of an image or a label map.
public struct FileFacts: Sendable {
    public let path: String
    /// SHA-256 of the file as stored on disk, as `ImagePair.checksum(of:)`.
    public let digest: Digest
    public let header: NIfTIHeader
    public let findings: [GeometryFinding]
}

extension NIfTIHeader {
    /// Reads the extensions between the header and `end` (nifti1.h, "HEADER EXTENSIONS"); stops at the first invalid
    /// one.
    mutating func readExtensions(in bytes: UnsafeRawBufferPointer, upTo end: Int) {
        var at = (version == 1 ? 348 : 540) + 4
        guard end >= at, bytes.count >= end, bytes[at - 4] != 0 else { return }
        func integer(_ offset: Int) -> Int {
            let value = bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self)
            return Int(isSwapped ? value.byteSwapped : value)
        }
        while at + 8 <= end {
            let (size, code) = (integer(at), integer(at + 4))
            guard size >= 8, size <= end - at else { return }
            extensions.append(NIfTIExtension(code: code, bytes: Array(bytes[at + 8..<at + size])))
            at += size
        }
    }
}
