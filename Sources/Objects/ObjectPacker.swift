public import Domain

/// The location of one mask's bytes, counted from the first byte of the pack, so that a range can be read without the index.
public struct PackEntry: Hashable, Sendable {
    /// Bytes before the entry.
    public let offset: Int
    /// Bytes in the entry, 0 or more.
    public let length: Int

    public init(offset: Int, length: Int) { (self.offset, self.length) = (offset, length) }
}

/// The format of a pack, version 1, all numbers little-endian:
///
///     8 bytes   "LACPACK1"
///     8 bytes   Int64: 0 for masks of annotations and releases, the volume's number for masks that a round predicted
///     …         the entries, one after another
///     n × 16    for each entry: offset UInt64, length UInt64
///     16 bytes  entries UInt32, version UInt32, "LACINDEX"
enum PackFormat {
    static let version: UInt32 = 1
    static let magic = Array("LACPACK1".utf8)
    static let footer = Array("LACINDEX".utf8)
}

/// Packs several masks of one volume into one object: the file and its folder are synchronised once, not once for each mask.
public struct ObjectPacker: Sendable {
    private var bytes = PackFormat.magic
    private var entries: [PackEntry] = []

    /// - Parameter volume: the volume whose masks a round predicted; nil: masks of annotations or of a release. Equal masks of
    ///   different origin or, if predicted, of different volumes are different objects.
    public init(predictionsOf volume: VolumeID? = nil) { bytes.append(littleEndian: volume?.rawValue ?? 0) }

    /// Appends one mask's bytes and returns their location.
    public mutating func append(_ mask: [UInt8]) -> PackEntry {
        let entry = PackEntry(offset: bytes.count, length: mask.count)
        bytes += mask
        entries.append(entry)
        return entry
    }

    /// The pack's bytes with its index.
    public consuming func finish() -> [UInt8] {
        for entry in entries {
            bytes.append(littleEndian: UInt64(entry.offset))
            bytes.append(littleEndian: UInt64(entry.length))
        }
        bytes.append(littleEndian: UInt32(entries.count))
        bytes.append(littleEndian: PackFormat.version)
        bytes += PackFormat.footer
        return bytes
    }
}

extension [UInt8] {
    fileprivate mutating func append(littleEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }
}
