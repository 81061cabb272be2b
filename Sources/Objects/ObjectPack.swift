/// The location of one mask's bytes, counted from the first byte of the pack, so that a range can be read without the index.
public struct PackEntry: Hashable, Sendable {
    /// Bytes before the entry.
    public let offset: Int
    /// Bytes in the entry, 0 or more.
    public let length: Int

    public init(offset: Int, length: Int) { (self.offset, self.length) = (offset, length) }
    var end: Int { offset + length }
}

/// The format of a pack, version 1, all numbers little-endian:
///
///     8 bytes   "LACPACK1"
///     …         the entries, one after another
///     n × 16    for each entry: offset UInt64, length UInt64
///     16 bytes  entries UInt32, version UInt32, "LACINDEX"
enum PackFormat {
    static let version: UInt32 = 1
    static let header = Array("LACPACK1".utf8)
    static let footer = Array("LACINDEX".utf8)
    static let entrySize = 16
    static let trailerSize = 16
}

/// Packs several masks of one volume into one object: the file and its folder are synchronised once, not once for each mask.
public struct ObjectPacker: Sendable {
    private var bytes = PackFormat.header
    private var entries: [PackEntry] = []

    public init() {}

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

/// A pack that was read and is well-formed: its entries fill the bytes between header and index without a gap.
public struct ObjectPack: Sendable {
    public let entries: [PackEntry]
    private let bytes: [UInt8]

    /// - Throws: `badPack` for anything but a complete pack of a known version.
    public init(_ bytes: [UInt8]) throws(ObjectStoreError) {
        self.bytes = bytes
        entries = try Self.index(of: bytes)
    }

    /// The bytes of entry `index`.
    public subscript(index: Int) -> ArraySlice<UInt8> { bytes[entries[index].offset..<entries[index].end] }

    private static func index(of bytes: [UInt8]) throws(ObjectStoreError) -> [PackEntry] {
        let (header, trailerSize) = (PackFormat.header, PackFormat.trailerSize)
        guard bytes.count >= header.count + trailerSize, bytes.starts(with: header) else {
            throw .badPack(problem: "it does not begin as one")
        }
        guard bytes.suffix(PackFormat.footer.count) == PackFormat.footer[...] else {
            throw .badPack(problem: "it is cut short")
        }
        let trailer = bytes.count - trailerSize
        let version = bytes.littleEndian(UInt32.self, at: trailer + 4)
        guard version == PackFormat.version else { throw .badPack(problem: "its version is \(version)") }
        let count = Int(bytes.littleEndian(UInt32.self, at: trailer))
        let start = trailer - count * PackFormat.entrySize
        guard start >= header.count else { throw .badPack(problem: "its index is longer than the pack") }
        return try entries(in: bytes, from: start, count: count)
    }

    private static func entries(
        in bytes: [UInt8], from start: Int, count: Int
    ) throws(ObjectStoreError) -> [PackEntry] {
        var entries: [PackEntry] = []
        var end = PackFormat.header.count
        for position in stride(from: start, to: start + count * PackFormat.entrySize, by: PackFormat.entrySize) {
            let offset = bytes.littleEndian(UInt64.self, at: position)
            let length = bytes.littleEndian(UInt64.self, at: position + 8)
            guard offset == UInt64(end), length <= UInt64(start - end) else {
                throw .badPack(problem: "entry \(entries.count) does not follow the one before")
            }
            entries.append(PackEntry(offset: end, length: Int(length)))
            end += Int(length)
        }
        guard end == start else { throw .badPack(problem: "bytes before its index belong to no entry") }
        return entries
    }
}

extension [UInt8] {
    fileprivate mutating func append(littleEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }

    fileprivate func littleEndian<Value: FixedWidthInteger>(_ type: Value.Type, at offset: Int) -> Value {
        withUnsafeBytes { Value(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: type)) }
    }
}
