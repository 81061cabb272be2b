internal import CBatches
internal import Domain
internal import Glibc

extension PatchAugmentation {
    /// Changes the values of a patch in place.
    ///
    /// - Parameter size: voxels along x, y, z of a part that is blurred by itself: a slice of a 2-D network, or the whole patch.
    func changeValues(
        _ values: UnsafeMutableBufferPointer<Float>, size: Vector3<Int>, _ scratch: PatchScratch
    ) {
        guard let start = values.baseAddress else { return }
        let (count, part) = (Int64(values.count), size.x * size.y * size.z)
        let parts = stride(from: 0, to: values.count, by: part).map { start + $0 }
        if let noise {
            cb_add_noise(start, count, noise.deviation, noise.seed, NormalQuantiles.table)
        }
        if let blur { for part in parts { self.blur(part, size, blur, scratch) } }
        if let brightness { cb_scale(start, count, brightness, 0, -.infinity, .infinity) }
        if let contrast {
            let found = cb_measure(start, count)
            let mean = Float(found.mean)
            cb_scale(start, count, contrast, mean - contrast * mean, found.minimum, found.maximum)
        }
        if let resolution { for part in parts { lower(part, size, resolution, scratch) } }
        if let invertedGamma {
            cb_scale(start, count, -1, 0, -.infinity, .infinity)
            power(start, count, invertedGamma)
            cb_scale(start, count, -1, 0, -.infinity, .infinity)
        }
        if let gamma { power(start, count, gamma) }
    }

    private func blur(
        _ values: UnsafeMutablePointer<Float>, _ size: Vector3<Int>, _ deviation: Float, _ scratch: PatchScratch
    ) {
        let weights = Self.gaussian(deviation)
        let memory = scratch.values("blur", size.x * size.y * size.z, of: Float.self)
        cb_blur(values, cb_size(size), weights, Int32(weights.count - 1), memory.baseAddress!)
    }

    /// Weights of the distances from 0 to four standard deviations, whose sum over both sides is 1.
    static func gaussian(_ deviation: Float) -> [Float] {
        let weights = (0...Int((4 * deviation).rounded(.up))).map { exp(-0.5 * pow(Double($0) / Double(deviation), 2)) }
        let sum = weights[0] + 2 * weights.dropFirst().reduce(0, +)
        return weights.map { Float($0 / sum) }
    }

    private func lower(
        _ values: UnsafeMutablePointer<Float>, _ size: Vector3<Int>, _ resolution: Double, _ scratch: PatchScratch
    ) {
        var coarse = Vector3<Int>.zero
        for axis in 0..<3 { coarse[axis] = max(1, Int((Double(size[axis]) * resolution).rounded())) }
        let memory = scratch.values(
            "coarse", coarse.x * coarse.y * coarse.z + coarse.x, of: Float.self)
        cb_lower_resolution(values, cb_size(size), cb_size(coarse), memory.baseAddress!)
    }

    /// Keeps mean and standard deviation, as nnU-Net does.
    private func power(_ values: UnsafeMutablePointer<Float>, _ count: Int64, _ exponent: Float) {
        let before = cb_measure(values, count)
        let range = before.maximum - before.minimum
        guard range > 0, before.deviation > 0 else { return }
        cb_power(values, count, before.minimum, range, exponent)
        let after = cb_measure(values, count)
        guard after.deviation > 0 else { return }
        let factor = Float(before.deviation / after.deviation)
        cb_scale(values, count, factor, Float(before.mean) - factor * Float(after.mean), -.infinity, .infinity)
    }
}
