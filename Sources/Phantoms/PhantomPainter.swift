internal import Domain

/// Paints solids into a volume of structures, x fastest.
struct PhantomPainter {
    let grid: PhantomGrid
    private(set) var voxels: [UInt8]

    init(_ grid: PhantomGrid) {
        self.grid = grid
        voxels = [UInt8](repeating: PhantomStructure.air.rawValue, count: grid.shape.count)
    }

    /// Sets every voxel of `box` to the structure that the closure returns for its world position and present
    /// structure.
    mutating func fill(
        _ box: VoxelBox, _ structure: (_ point: Vector3<Double>, _ now: PhantomStructure) -> PhantomStructure
    ) {
        if box.isEmpty { return }
        let (origin, spacing, shape) = (grid.origin, grid.spacing, grid.shape)
        voxels.withUnsafeMutableBufferPointer { voxels in
            for z in box.lower.z..<box.upper.z {
                for y in box.lower.y..<box.upper.y {
                    for x in box.lower.x..<box.upper.x {
                        let index = shape.index(x, y, z)
                        let point = origin + spacing * Vector3(Double(x), Double(y), Double(z))
                        let now = PhantomStructure(rawValue: voxels[index]) ?? .air
                        voxels[index] = structure(point, now).rawValue
                    }
                }
            }
        }
    }

    /// Paints a solid over the structures of `over`; where its level is below `inner.level`, with `inner.structure`.
    mutating func paint(
        _ shape: some PhantomShape, _ structure: PhantomStructure, over: Set<PhantomStructure>,
        inner: (level: Double, structure: PhantomStructure)? = nil
    ) {
        let bounds = shape.bounds
        let allowed = PhantomStructure.allCases.map { over.contains($0) }
        fill(grid.box(bounds.lower, bounds.upper)) { point, now in
            guard allowed[Int(now.rawValue)] else { return now }
            let level = shape.level(point)
            if level >= 1 { return now }
            if let inner, level < inner.level { return inner.structure }
            return structure
        }
    }
}
