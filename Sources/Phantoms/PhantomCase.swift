public import Domain

/// One synthetic patient: the image and the true structure of each voxel. A pure function of (seed, number, grid).
public struct PhantomCase: Sendable {
    public let number: Int
    public let grid: PhantomGrid
    public let phase: PhantomPhase
    /// Hounsfield units in RAS+ order, x fastest.
    public let image: [Int16]
    /// `PhantomStructure` raw values in the same order.
    public let structures: [UInt8]

    /// - Parameter number: the patient's number; cases can be generated in any order.
    public init(seed: UInt64, number: Int, grid: PhantomGrid) {
        var anatomy = PhantomAnatomy(seed: seed, number: number)
        var painter = PhantomPainter(grid)
        anatomy.paint(into: &painter)
        (self.number, self.grid, phase, structures) = (number, grid, anatomy.phase, painter.voxels)
        image = PhantomImage(grid: grid, phase: anatomy.phase, random: &anatomy.random).render(painter.voxels)
    }

    /// The voxels of an organ in RAS+ order; none where it is not in the patient or in the field of view.
    public func mask(of organ: OrganKey) -> BitVolume {
        let bits = PhantomStructure.allCases.map { $0.organs.contains(organ) ? 1 as UInt64 : 0 }
        var words = [UInt64](repeating: 0, count: (structures.count + 63) >> 6)
        for (index, structure) in structures.enumerated() {
            words[index >> 6] |= bits[Int(structure)] << UInt64(index & 63)
        }
        return BitVolume(grid.shape, words: words)
    }

    /// The label volume with a map's values, in RAS+ order, x fastest: 0 where a voxel has none of the map's organs.
    public func labels(_ map: LabelMap) -> [UInt8] {
        let values = PhantomStructure.allCases.map { structure -> UInt8 in
            for organ in structure.organs {
                if let entry = map.entries.first(where: { $0.organs.first == organ }) { return UInt8(entry.value) }
            }
            return 0
        }
        return structures.map { values[Int($0)] }
    }

    /// The volume of an organ in millilitres.
    public func volume(of organ: OrganKey) -> Double {
        let voxel = grid.spacing.x * grid.spacing.y * grid.spacing.z / 1000
        return Double(mask(of: organ).population) * voxel
    }
}
