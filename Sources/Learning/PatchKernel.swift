internal import Domain
internal import Plans

/// Cuts a box out of a mapped volume, clips to the window, normalises and converts to float, in one pass.
struct PatchKernel {
    let low, high, mean, inverseDeviation: Float
    /// Slices below and above that a 2-D network sees; 0 for 3-D.
    let context: Int

    init(_ settings: LearningSettings) {
        low = Float(settings.windowLow)
        high = Float(settings.windowHigh)
        mean = Float(settings.intensityMean)
        inverseDeviation = Float(1 / settings.intensityDeviation)
        context = settings.dimensions == 2 ? settings.contextSlices / 2 : 0
    }

    /// Float values of `box` ([z + 2 · context, y, x]), each `scale` · normalised + `offset`. Outside the volume the value is
    /// the window's low end; slices that only give context repeat the volume's first or last.
    func fill(
        _ out: UnsafeMutableBufferPointer<Float>, from image: TrainingCase, box: VoxelBox, scale: Float = 1,
        offset: Float = 0
    ) {
        let size = box.size
        let slice = size.x * size.y
        precondition(out.count == slice * (size.z + 2 * context))
        image.image.withVoxels { voxels in
            for i in 0..<(size.z + 2 * context) {
                var z = box.lower.z + i - context
                if context > 0 { z = min(max(z, 0), image.shape.z - 1) }
                let target = UnsafeMutableBufferPointer(rebasing: out[i * slice..<(i + 1) * slice])
                fillSlice(target, voxels, image.shape, box, z, scale, offset)
            }
        }
    }

    private func fillSlice(
        _ out: UnsafeMutableBufferPointer<Float>, _ voxels: UnsafeBufferPointer<Int16>, _ shape: GridShape,
        _ box: VoxelBox, _ z: Int, _ scale: Float, _ offset: Float
    ) {
        let width = box.size.x
        let air = (low - mean) * inverseDeviation * scale + offset
        let first = max(box.lower.x, 0)
        let last = max(first, min(box.upper.x, shape.x))
        for row in 0..<box.size.y {
            let y = box.lower.y + row
            let target = UnsafeMutableBufferPointer(rebasing: out[row * width..<(row + 1) * width])
            guard (0..<shape.z).contains(z), (0..<shape.y).contains(y), first < last else {
                target.update(repeating: air)
                continue
            }
            let source = UnsafeBufferPointer(rebasing: voxels[shape.index(first, y, z)...].prefix(last - first))
            target[..<(first - box.lower.x)].update(repeating: air)
            let inner = UnsafeMutableBufferPointer(rebasing: target[(first - box.lower.x)..<(last - box.lower.x)])
            normalise(inner, source, scale, offset)
            target[(last - box.lower.x)...].update(repeating: air)
        }
    }

    private func normalise(
        _ out: UnsafeMutableBufferPointer<Float>, _ voxels: UnsafeBufferPointer<Int16>, _ scale: Float,
        _ offset: Float
    ) {
        let factor = inverseDeviation * scale
        let shift = offset - mean * factor
        for i in out.indices {
            out[i] = min(max(Float(voxels[i]), low), high) * factor + shift
        }
    }
}
