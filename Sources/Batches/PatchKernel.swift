internal import CBatches
package import Domain
package import Plans

/// Cuts a box out of a mapped volume, normalises it and converts it to float, in one pass.
package struct PatchKernel: Sendable {
    /// Slices below and above that a 2-D network sees; 0 for 3-D.
    let context: Int

    package init(_ settings: LearningSettings) {
        context = settings.dimensions == 2 ? settings.contextSlices / 2 : 0
    }

    /// Float values of `box` ([z + 2 · context, y, x]), each `scale` · normalised + `offset`. Outside the volume the value is
    /// that of the normalisation; slices that only give context repeat the volume's first or last.
    package func fill(
        _ out: UnsafeMutableBufferPointer<Float>, from image: NormalisedImage, box: VoxelBox, scale: Float = 1,
        offset: Float = 0
    ) {
        let size = box.size
        let slice = size.x * size.y
        let line = IntensityLine(image.voxels.codes, image.normalisation, scale: scale, offset: offset)
        precondition(out.count == slice * (size.z + 2 * context))
        image.voxels.withVoxels { voxels in
            for i in 0..<(size.z + 2 * context) {
                var z = box.lower.z + i - context
                if context > 0 { z = min(max(z, 0), image.shape.z - 1) }
                let target = UnsafeMutableBufferPointer(rebasing: out[i * slice..<(i + 1) * slice])
                fillSlice(target, voxels, image.shape, box, z, line)
            }
        }
    }

    private func fillSlice(
        _ out: UnsafeMutableBufferPointer<Float>, _ voxels: UnsafeBufferPointer<Int16>, _ shape: GridShape,
        _ box: VoxelBox, _ z: Int, _ line: IntensityLine
    ) {
        let width = box.size.x
        let first = max(box.lower.x, 0)
        let last = max(first, min(box.upper.x, shape.x))
        for row in 0..<box.size.y {
            let y = box.lower.y + row
            let target = UnsafeMutableBufferPointer(rebasing: out[row * width..<(row + 1) * width])
            guard (0..<shape.z).contains(z), (0..<shape.y).contains(y), first < last else {
                target.update(repeating: line.outside)
                continue
            }
            let source = UnsafeBufferPointer(rebasing: voxels[shape.index(first, y, z)...].prefix(last - first))
            target[..<(first - box.lower.x)].update(repeating: line.outside)
            let inner = UnsafeMutableBufferPointer(rebasing: target[(first - box.lower.x)..<(last - box.lower.x)])
            line.fill(inner, source)
            target[(last - box.lower.x)...].update(repeating: line.outside)
        }
    }
}

/// From the codes of a volume to the input of a network: clip, scale and shift.
private struct IntensityLine {
    private let line: cb_intensity_line
    /// Outside the volume.
    let outside: Float

    init(_ codes: IntensityCodes, _ map: IntensityMap, scale: Float, offset: Float) {
        let factor = map.inverseDeviation * scale
        line = cb_intensity_line(
            scale: Float(codes.scale), offset: Float(codes.offset), low: map.low, high: map.high, factor: factor,
            shift: offset - map.mean * factor)
        outside = (map.outside - map.mean) * map.inverseDeviation * scale + offset
    }

    func fill(_ out: UnsafeMutableBufferPointer<Float>, _ voxels: UnsafeBufferPointer<Int16>) {
        withUnsafePointer(to: line) { cb_normalise(voxels.baseAddress!, Int64(voxels.count), $0, out.baseAddress!) }
    }
}
