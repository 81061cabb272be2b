internal import CBatches
internal import Domain

/// The places of the voxels of a warped patch in its volume.
struct WarpedPlaces {
    private let warp: PatchWarp
    private let size: Vector3<Int>
    /// Of the first voxel, without displacement.
    private let origin: Vector3<Double>

    /// - Parameters:
    ///   - box: where the patch would be without the warp.
    ///   - isFlat: whether z is left alone.
    init(_ warp: PatchWarp, _ box: VoxelBox, isFlat: Bool) {
        (self.warp, size) = (warp, box.size)
        var origin = Vector3<Double>(0, 0, 0)
        for axis in 0..<3 {
            let half = (0..<3).reduce(0.0) { $0 + warp.steps[$1][axis] * Double(box.size[$1] - 1) / 2 }
            origin[axis] = Double(box.lower[axis]) + Double(box.size[axis] - 1) / 2 - half
        }
        self.origin = origin
    }

    /// The voxels between which values are interpolated, with one more around the volume: what is outside is all the same.
    func source(in shape: GridShape) -> VoxelBox {
        let whole = VoxelBox(lower: Vector3(-1, -1, -1), upper: Vector3(shape.x + 1, shape.y + 1, shape.z + 1))
        var (lower, upper) = (Vector3<Int>.zero, Vector3<Int>.zero)
        for axis in 0..<3 {
            let ends = (0..<3).map { warp.steps[$0][axis] * Double(size[$0] - 1) }
            let (least, most) = (ends.reduce(0) { $0 + min($1, 0) }, ends.reduce(0) { $0 + max($1, 0) })
            let moved = Double(displaced(along: axis))
            lower[axis] = Int((origin[axis] + least - moved).rounded(.down))
            upper[axis] = Int((origin[axis] + most + moved).rounded(.up)) + 1
            lower[axis] = min(max(lower[axis], whole.lower[axis]), whole.upper[axis] - 1)
            upper[axis] = min(max(upper[axis], lower[axis] + 1), whole.upper[axis])
        }
        return VoxelBox(lower: lower, upper: upper)
    }

    private func displaced(along axis: Int) -> Float {
        guard let values = warp.displacement?.values else { return 0 }
        let count = values.count / 3
        return values[axis * count..<(axis + 1) * count].reduce(0) { max($0, abs($1)) }
    }

    /// Calls `body` with the places relative to a voxel of the volume.
    func withWarp(from corner: Vector3<Int>, _ body: (UnsafePointer<cb_warp>) -> Void) {
        func floats(_ vector: Vector3<Double>) -> (Float, Float, Float) {
            (Float(vector.x), Float(vector.y), Float(vector.z))
        }
        let from = Vector3(
            origin.x - Double(corner.x), origin.y - Double(corner.y), origin.z - Double(corner.z))
        let grid = warp.displacement
        (grid?.values ?? []).withUnsafeBufferPointer { values in
            var own = cb_warp(
                origin: floats(from), step_x: floats(warp.steps[0]), step_y: floats(warp.steps[1]),
                step_z: floats(warp.steps[2]), displacement: grid == nil ? nil : values.baseAddress,
                grid: cb_size(grid?.points ?? .zero), spacing: Float(grid?.spacing ?? 1))
            body(&own)
        }
    }
}

extension VoxelStates {
    /// Writes the states of some channels at warped places; voxels outside the volume are unknown.
    ///
    /// - Parameters:
    ///   - out: [channel, z, y, x] of the patch.
    ///   - size: of the patch along x, y, z.
    func fill(
        _ out: UnsafeMutableBufferPointer<UInt8>, channels: Range<Int>, warp: UnsafePointer<cb_warp>,
        size: Vector3<Int>, _ scratch: PatchScratch
    ) {
        guard !channels.isEmpty else { return }
        let voxels = size.x * size.y * size.z
        let codes = scratch.values("codes", voxels, of: UInt8.self)
        let inside = scratch.values("inside", voxels, of: UInt8.self)
        for group in groups {
            let own = group.channels.clamped(to: channels)
            guard !own.isEmpty else { continue }
            group.codes.withValues { source in
                cb_warp_codes(
                    source.baseAddress!, cb_size(shape.x, shape.y, shape.z), warp, codes.baseAddress!,
                    inside.baseAddress!, cb_size(size))
            }
            let target = out.baseAddress! + (own.lowerBound - channels.lowerBound) * voxels
            expand(UnsafePointer(codes.baseAddress!), group, own, into: target, count: voxels)
            for channel in 0..<own.count {
                cb_mask(target + channel * voxels, inside.baseAddress!, Int64(voxels))
            }
        }
    }

    private func expand(
        _ codes: UnsafePointer<UInt8>, _ group: Group, _ channels: Range<Int>,
        into target: UnsafeMutablePointer<UInt8>, count: Int
    ) {
        var line = cb_box(
            x: Int64(count), y: 1, z: 1, row: 0, slice: 0, out_row: 0, out_slice: 0, out_channel: Int64(count))
        group.tables.withUnsafeBufferPointer { tables in
            let first = (channels.lowerBound - group.channels.lowerBound) * StateEncoder.tableSize
            cb_expand_states(
                codes, &line, tables.baseAddress! + first, Int32(channels.count), Int32(group.used), target)
        }
    }
}
