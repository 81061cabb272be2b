internal import Domain
internal import Imaging

/// Converts what is known of each organ into one byte per voxel.
struct LabelPainter {
    let scheme: LabelScheme
    let planes: [KnowledgePlane]
    let shape: GridShape

    private struct Found {
        var voxels: [Int]
        var ignored = 0
        var contested = 0
        var overlaps: [Pair: Int] = [:]
    }

    private struct Pair: Hashable { let a, b: Int }

    /// - Throws: `ExportError.overlap` for the pair with the most voxels.
    func paint(caseName: String) throws -> ComposedLabels {
        var found = Found(voxels: Array(repeating: 0, count: planes.count))
        let values = VoxelBuffer<UInt8>(count: shape.count) { out in
            out.update(repeating: 0)
            var claims = [UInt64](repeating: 0, count: planes.count)
            for word in 0..<(shape.count + 63) >> 6 { paint(word, &claims, into: out, &found) }
        }
        if let (pair, voxels) = found.overlaps.max(by: { ($0.value, $1.key.a) < ($1.value, $0.key.a) }) {
            throw ExportError.overlap(
                scheme.organs[pair.a], scheme.organs[pair.b], voxels: voxels, caseName: caseName)
        }
        return ComposedLabels(
            values: values, voxels: Dictionary(uniqueKeysWithValues: zip(scheme.organs, found.voxels)),
            ignored: found.ignored, contested: found.contested)
    }

    private func paint(
        _ word: Int, _ claims: inout [UInt64], into out: UnsafeMutableBufferPointer<UInt8>, _ found: inout Found
    ) {
        let valid = validBits(word)
        var (open, taken, clashing) = (UInt64(0), UInt64(0), UInt64(0))
        for organ in planes.indices {
            let positive = planes[organ].positive[word]
            open |= ~(positive | planes[organ].negative[word])
            var claim = positive
            for part in scheme.parts[organ] { claim &= ~planes[part].positive[word] }
            claims[organ] = claim
            clashing |= taken & claim
            taken |= claim
            if scheme.values[organ] == nil { open |= claim }
        }
        clashing &= ~open & valid
        if clashing != 0 { count(clashing, claims, &found) }
        let ignored = (open | clashing) & valid
        found.ignored += ignored.nonzeroBitCount
        let base = word << 6
        set(ignored, to: UInt8(scheme.ignoreValue), base, out)
        for organ in planes.indices {
            let decided = ~ignored & valid
            found.voxels[organ] += (planes[organ].positive[word] & decided).nonzeroBitCount
            if let value = scheme.values[organ] { set(claims[organ] & decided, to: UInt8(value), base, out) }
        }
    }

    private func validBits(_ word: Int) -> UInt64 {
        let left = shape.count - word << 6
        return left >= 64 ? ~0 : (1 << UInt64(left)) - 1
    }

    /// Counts voxels of two organs. Where the organs exclude each other one of them is wrong; otherwise they overlap.
    private func count(_ clashing: UInt64, _ claims: [UInt64], _ found: inout Found) {
        found.contested += clashing.nonzeroBitCount
        for a in claims.indices where claims[a] & clashing != 0 {
            for b in claims.indices where b > a && !scheme.excludes[a][b] {
                let both = claims[a] & claims[b] & clashing
                if both != 0 { found.overlaps[Pair(a: a, b: b), default: 0] += both.nonzeroBitCount }
            }
        }
    }

    private func set(_ bits: UInt64, to value: UInt8, _ base: Int, _ out: UnsafeMutableBufferPointer<UInt8>) {
        if bits == ~0 { return UnsafeMutableBufferPointer(rebasing: out[base..<base + 64]).update(repeating: value) }
        var bits = bits
        while bits != 0 {
            out[base + bits.trailingZeroBitCount] = value
            bits &= bits - 1
        }
    }
}
