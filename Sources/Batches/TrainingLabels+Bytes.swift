public import Domain

/// Why bytes are not the labels of a volume.
public struct InvalidLabelBytes: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
}

/// Format (`docs/cache-format.md`), all numbers of 8 bytes, little-endian: shape (3), organs, regions, groups; for each organ its positive
/// and known voxels and its places; for each region its lower and upper corner (6); for each group its first channel, the channel after
/// its last one, and its codes in use. Then, each part from a multiple of 64 bytes on: the tables of all groups (256 bytes for each channel),
/// the places of all organs (i32), and the codes of each group (a byte for each voxel).
extension TrainingLabels {
    private static let alignment = 64

    /// Calls `body` with the bytes to store, in pieces.
    public func withBytes<R>(_ body: ([UnsafeRawBufferPointer]) throws -> R) rethrows -> R {
        var head: [Int] = [shape.x, shape.y, shape.z, places.count, knownRegions.count, states.groups.count]
        for (count, places) in zip(counts, places) { head += [count.positive, count.known, places.count] }
        for region in knownRegions {
            head += [region.lower, region.upper].flatMap { corner in (0..<3).map { corner[$0] } }
        }
        for group in states.groups { head += [group.channels.lowerBound, group.channels.upperBound, group.used] }
        let parts: [[UInt8]] = [
            head.flatMap { number in withUnsafeBytes(of: number.littleEndian, Array.init) },
            states.groups.flatMap(\.tables),
            places.flatMap { own in own.withValues { Array(UnsafeRawBufferPointer($0)) } },
        ]
        let prefix = parts.flatMap { $0 + Self.padding(after: $0.count) }
        return try prefix.withUnsafeBytes { try Self.append(states.groups[...], to: [$0], body) }
    }

    private static func append<R>(
        _ groups: ArraySlice<VoxelStates.Group>, to pieces: [UnsafeRawBufferPointer],
        _ body: ([UnsafeRawBufferPointer]) throws -> R
    ) rethrows -> R {
        guard let group = groups.first else { return try body(pieces) }
        return try group.codes.withValues { codes in
            try padding(after: codes.count).withUnsafeBytes {
                try append(groups.dropFirst(), to: pieces + [UnsafeRawBufferPointer(codes), $0], body)
            }
        }
    }

    private static func padding(after count: Int) -> [UInt8] {
        Array(repeating: 0, count: (alignment - count % alignment) % alignment)
    }

    /// Labels in memory that their owner keeps.
    ///
    /// - Parameters:
    ///   - bytes: as `withBytes` gives them, from a multiple of 64 on.
    ///   - shape, channels: what is expected: the grid, and the organs with the composite labels.
    /// - Throws: `InvalidLabelBytes`.
    public init(
        _ bytes: UnsafeRawBufferPointer, shape: GridShape, organs: Int, channels: Int, owner: any AnyObject & Sendable
    ) throws(InvalidLabelBytes) {
        var reader = LabelReader(bytes: bytes, owner: owner)
        guard try reader.numbers(3) == [shape.x, shape.y, shape.z] else {
            throw InvalidLabelBytes(description: "they are of another grid")
        }
        let sizes = try reader.numbers(3)
        guard sizes[0] == organs, (0..<1 << 20).contains(sizes[1]), (0...channels).contains(sizes[2]) else {
            throw InvalidLabelBytes(description: "they are of other organs")
        }
        let ofOrgans = try (0..<organs).map { _ throws(InvalidLabelBytes) in try reader.numbers(3) }
        guard ofOrgans.allSatisfy({ $0[..<2].allSatisfy((0...shape.count).contains) }) else {
            throw InvalidLabelBytes(description: "an organ has more voxels than the volume")
        }
        knownRegions = try (0..<sizes[1]).map { _ throws(InvalidLabelBytes) in try reader.box(in: shape) }
        let ofGroups = try (0..<sizes[2]).map { _ throws(InvalidLabelBytes) in try reader.numbers(3) }
        guard ofGroups.map({ $0[0] }) == [0] + ofGroups.dropLast().map({ $0[1] }) || channels == 0,
            ofGroups.last.map({ $0[1] }) ?? 0 == channels,
            ofGroups.allSatisfy({ $0[0] < $0[1] && (1...StateEncoder.tableSize).contains($0[2]) })
        else { throw InvalidLabelBytes(description: "their channels are not \(channels)") }
        reader.align()
        let tables = try ofGroups.map { group throws(InvalidLabelBytes) in
            Array(try reader.values(UInt8.self, (group[1] - group[0]) * StateEncoder.tableSize))
        }
        reader.align()
        places = try ofOrgans.map { organ throws(InvalidLabelBytes) in
            let own = try reader.values(Int32.self, organ[2])
            guard own.allSatisfy({ (0..<shape.count).contains(Int($0)) }) else {
                throw InvalidLabelBytes(description: "a place is outside the volume")
            }
            return SharedBuffer(own, owner: owner)
        }
        counts = ofOrgans.map { VolumeOutline.Counts(positive: $0[0], known: $0[1]) }
        let groups = try zip(ofGroups, tables).map { group, tables throws(InvalidLabelBytes) in
            reader.align()
            return VoxelStates.Group(
                channels: group[0]..<group[1], used: group[2], tables: tables,
                codes: SharedBuffer(try reader.values(UInt8.self, shape.count), owner: owner))
        }
        states = VoxelStates(shape, groups)
    }

    /// Reads the parts one after another.
    private struct LabelReader {
        let bytes: UnsafeRawBufferPointer
        let owner: any AnyObject & Sendable
        private var position = 0

        init(bytes: UnsafeRawBufferPointer, owner: any AnyObject & Sendable) {
            (self.bytes, self.owner) = (bytes, owner)
        }

        mutating func values<T: BitwiseCopyable>(
            _ type: T.Type, _ count: Int
        ) throws(InvalidLabelBytes) -> UnsafeBufferPointer<T> {
            let size = MemoryLayout<T>.size
            guard position <= bytes.count, count >= 0, count <= (bytes.count - position) / size else {
                throw InvalidLabelBytes(description: "they end too early")
            }
            defer { position += count * size }
            return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count * size]).assumingMemoryBound(
                to: T.self)
        }

        mutating func numbers(_ count: Int) throws(InvalidLabelBytes) -> [Int] {
            try values(Int.self, count).map { Int(littleEndian: $0) }
        }

        mutating func box(in shape: GridShape) throws(InvalidLabelBytes) -> VoxelBox {
            let corners = try numbers(6)
            let box = VoxelBox(lower: Vector3(Array(corners[..<3])), upper: Vector3(Array(corners[3...])))
            guard !box.isEmpty, box.intersection(VoxelBox(shape)) == box else {
                throw InvalidLabelBytes(description: "a region is outside the volume")
            }
            return box
        }

        mutating func align() { position += padding(after: position).count }
    }
}
