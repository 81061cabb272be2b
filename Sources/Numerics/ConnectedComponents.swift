public import Domain

/// The connected parts of a mask, the largest first.
///
/// The mask is split into runs of set voxels along x, and touching runs are merged (union-find with path halving). The
/// cost grows with the number of runs, not of voxels.
public struct ConnectedComponents: Sendable {
    /// Which voxels are neighbours.
    public enum Neighbourhood: Sendable, CaseIterable {
        /// The 6 that share a face.
        case faces
        /// The 26 that share a face, an edge or a corner.
        case corners
    }

    public struct Part: Sendable, Hashable {
        public internal(set) var voxels: Int
        /// Mean voxel index along x, y, z.
        public internal(set) var centroid: Vector3<Double>
    }

    /// A stretch of set voxels: x from `start` to before `end`, in row `z · shape.y + y`.
    struct Run: Sendable {
        let start, end, row: Int32
    }

    public let shape: GridShape
    /// Ordered by descending number of voxels, then by first voxel.
    public let parts: [Part]
    let runs: [Run]
    /// For each run the index of its part.
    let partOfRun: [Int32]

    public init(_ mask: BitVolume, neighbourhood: Neighbourhood = .corners) {
        shape = mask.shape
        let rows = RunRows(mask)
        runs = rows.runs
        var forest = Forest(count: runs.count)
        let reach: Int32 = neighbourhood == .corners ? 1 : 0
        for z in 0..<shape.z {
            for y in 0..<shape.y {
                for (dy, dz) in Self.before(neighbourhood) where (0..<shape.y).contains(y + dy) && z + dz >= 0 {
                    rows.forEachContact((y, z), (y + dy, z + dz), reach: reach) { forest.unite($0, $1) }
                }
            }
        }
        (parts, partOfRun) = Self.measure(runs, &forest, shape)
    }

    /// The voxels of the parts selected by their index in `parts`.
    public func mask(of isWanted: (Int) -> Bool) -> BitVolume {
        let wanted = parts.indices.map(isWanted)
        var volume = BitVolume(shape)
        for (run, part) in zip(runs, partOfRun) where wanted[Int(part)] {
            let row = Int(run.row) * shape.x
            volume.set(row + Int(run.start)..<row + Int(run.end))
        }
        return volume
    }

    /// Calls `body` with every run of a part: its range of x, and its y and z.
    func forEachRun(of part: Int, _ body: (_ x: Range<Int>, _ y: Int, _ z: Int) -> Void) {
        for (run, owner) in zip(runs, partOfRun) where owner == part {
            body(Int(run.start)..<Int(run.end), Int(run.row) % shape.y, Int(run.row) / shape.y)
        }
    }

    /// Offsets of the preceding rows that touch a row.
    private static func before(_ neighbourhood: Neighbourhood) -> [(dy: Int, dz: Int)] {
        neighbourhood == .faces ? [(-1, 0), (0, -1)] : [(-1, 0), (-1, -1), (0, -1), (1, -1)]
    }

    private static func measure(_ runs: [Run], _ forest: inout Forest, _ shape: GridShape) -> ([Part], [Int32]) {
        let roots = runs.indices.map { forest.root(of: Int32($0)) }
        var number = [Int32](repeating: -1, count: runs.count)
        var found: [Part] = []
        for (run, root) in zip(runs, roots) {
            if number[Int(root)] < 0 {
                number[Int(root)] = Int32(found.count)
                found.append(Part(voxels: 0, centroid: .zero))
            }
            let length = Int(run.end - run.start)
            let middle = Double(run.start + run.end - 1) / 2
            let (y, z) = (Double(Int(run.row) % shape.y), Double(Int(run.row) / shape.y))
            found[Int(number[Int(root)])].voxels += length
            found[Int(number[Int(root)])].centroid += Vector3(middle, y, z) * Double(length)
        }
        let order = found.indices.sorted { (-found[$0].voxels, $0) < (-found[$1].voxels, $1) }
        var place = [Int32](repeating: 0, count: found.count)
        for (rank, part) in order.enumerated() { place[part] = Int32(rank) }
        let parts = order.map { part in
            Part(voxels: found[part].voxels, centroid: found[part].centroid * (1 / Double(found[part].voxels)))
        }
        return (parts, roots.map { place[Int(number[Int($0)])] })
    }
}

/// The runs of a mask, row by row.
private struct RunRows {
    let shape: GridShape
    private(set) var runs: [ConnectedComponents.Run] = []
    /// Index of the first run of each row; one more entry than rows.
    private var first: [Int32]

    init(_ mask: BitVolume) {
        shape = mask.shape
        first = Array(repeating: 0, count: shape.y * shape.z + 1)
        var row = 0
        for (index, word) in mask.words.enumerated() where word != 0 {
            var rest = word
            var offset = 0
            while rest != 0 {
                let gap = rest.trailingZeroBitCount
                rest >>= UInt64(gap)
                let length = (~rest).trailingZeroBitCount
                rest = length == 64 ? 0 : rest >> UInt64(length)
                append(index << 6 + offset + gap..<index << 6 + offset + gap + length, &row)
                offset += gap + length
            }
        }
        for run in runs { first[Int(run.row) + 1] += 1 }
        for row in 1..<first.count { first[row] += first[row - 1] }
    }

    /// Adds set voxels by linear index, split at the ends of rows, and merged with a run that they continue.
    private mutating func append(_ voxels: Range<Int>, _ row: inout Int) {
        var start = voxels.lowerBound
        if start >= (row + 1) * shape.x { row = start / shape.x }
        while start < voxels.upperBound {
            if start >= (row + 1) * shape.x { row += 1 }
            let (from, to) = (start - row * shape.x, min(voxels.upperBound - row * shape.x, shape.x))
            if let last = runs.last, last.row == row, last.end == from {
                runs[runs.count - 1] = .init(start: last.start, end: Int32(to), row: Int32(row))
            } else {
                runs.append(.init(start: Int32(from), end: Int32(to), row: Int32(row)))
            }
            start = row * shape.x + to
        }
    }

    /// Calls `body` with each pair of touching runs of two rows; with `reach` 1 also across a corner.
    func forEachContact(
        _ a: (y: Int, z: Int), _ b: (y: Int, z: Int), reach: Int32, _ body: (Int32, Int32) -> Void
    ) {
        let (rowA, rowB) = (a.z * shape.y + a.y, b.z * shape.y + b.y)
        var (i, j) = (first[rowA], first[rowB])
        let (endA, endB) = (first[rowA + 1], first[rowB + 1])
        while i < endA && j < endB {
            let (runA, runB) = (runs[Int(i)], runs[Int(j)])
            if runA.start < runB.end + reach && runB.start < runA.end + reach { body(i, j) }
            if runA.end < runB.end { i += 1 } else { j += 1 }
        }
    }
}

/// Disjoint sets of runs.
private struct Forest {
    private var parent: [Int32]

    init(count: Int) { parent = (0..<Int32(count)).map { $0 } }

    mutating func root(of run: Int32) -> Int32 {
        var run = run
        while parent[Int(run)] != run {
            parent[Int(run)] = parent[Int(parent[Int(run)])]
            run = parent[Int(run)]
        }
        return run
    }

    mutating func unite(_ a: Int32, _ b: Int32) {
        let (rootA, rootB) = (root(of: a), root(of: b))
        if rootA < rootB { parent[Int(rootB)] = rootA } else { parent[Int(rootA)] = rootB }
    }
}

extension BitVolume {
    /// Sets the voxels of these linear indices.
    fileprivate mutating func set(_ voxels: Range<Int>) {
        var start = voxels.lowerBound
        while start < voxels.upperBound {
            let offset = start & 63
            let length = min(64 - offset, voxels.upperBound - start)
            let bits: UInt64 = length == 64 ? ~0 : (1 << UInt64(length)) - 1
            words[start >> 6] |= bits << UInt64(offset)
            start += length
        }
    }
}
