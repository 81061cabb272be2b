import Domain
import Testing

@testable import Numerics
internal import System

@Suite struct ConnectedComponentTests {
    /// The reference: a flood fill from every voxel that no earlier one has reached.
    private func flood(_ mask: BitVolume, _ neighbourhood: ConnectedComponents.Neighbourhood) -> Set<Set<Int>> {
        let shape = mask.shape
        var steps: [(Int, Int, Int)] = []
        for z in -1...1 {
            for y in -1...1 {
                for x in -1...1 where (x, y, z) != (0, 0, 0) {
                    if neighbourhood == .corners || abs(x) + abs(y) + abs(z) == 1 { steps.append((x, y, z)) }
                }
            }
        }
        var seen: Set<Int> = []
        var parts: Set<Set<Int>> = []
        for start in 0..<shape.count where mask[start] && seen.insert(start).inserted {
            var part: Set<Int> = [start]
            var open = [start]
            while let voxel = open.popLast() {
                let (x, y, z) = (voxel % shape.x, voxel / shape.x % shape.y, voxel / (shape.x * shape.y))
                for (dx, dy, dz) in steps {
                    let (nx, ny, nz) = (x + dx, y + dy, z + dz)
                    guard (0..<shape.x).contains(nx), (0..<shape.y).contains(ny), (0..<shape.z).contains(nz) else {
                        continue
                    }
                    let next = shape.index(nx, ny, nz)
                    if mask[next], seen.insert(next).inserted {
                        part.insert(next)
                        open.append(next)
                    }
                }
            }
            parts.insert(part)
        }
        return parts
    }

    private func voxels(_ mask: BitVolume) -> Set<Int> { Set((0..<mask.shape.count).filter { mask[$0] }) }

    /// Widths below, at and above the 64 bits of a word, so that rows begin and end within words, and whole words are
    /// set.
    private static let shapes = [
        GridShape(1, 1, 1), GridShape(7, 5, 4), GridShape(64, 3, 3), GridShape(65, 4, 2), GridShape(130, 3, 2),
        GridShape(3, 70, 1), GridShape(1, 9, 9),
    ]

    @Test(arguments: shapes, ConnectedComponents.Neighbourhood.allCases)
    func randomMasksHaveThePartsOfAFloodFill(
        _ shape: GridShape, _ neighbourhood: ConnectedComponents.Neighbourhood
    ) {
        var random = SplitMix64(seed: UInt64(shape.count))
        for density in [0.05, 0.2, 0.35, 0.6, 0.97] {
            var mask = BitVolume(shape)
            for voxel in 0..<shape.count where Double.random(in: 0..<1, using: &random) < density { mask[voxel] = true }
            let found = ConnectedComponents(mask, neighbourhood: neighbourhood)
            let parts = found.parts.indices.map { part in voxels(found.mask { $0 == part }) }
            #expect(Set(parts) == flood(mask, neighbourhood))
            #expect(found.parts.map(\.voxels) == parts.map(\.count))
            #expect(found.parts.map(\.voxels) == found.parts.map(\.voxels).sorted(by: >))
            for (index, part) in found.parts.enumerated() {
                let members = parts[index]
                let mean = members.reduce(0.0) { $0 + Double($1 % shape.x) } / Double(members.count)
                #expect(abs(part.centroid.x - mean) < 1e-9)
            }
        }
    }

    @Test func cornersTouchAndFacesDecide() {
        var mask = BitVolume(GridShape(3, 3, 3))
        mask[0, 0, 0] = true
        mask[1, 1, 1] = true
        mask[2, 0, 2] = true
        #expect(ConnectedComponents(mask, neighbourhood: .corners).parts.count == 1)
        #expect(ConnectedComponents(mask, neighbourhood: .faces).parts.count == 3)
        #expect(ConnectedComponents(BitVolume(GridShape(3, 3, 3)), neighbourhood: .faces).parts.isEmpty)
        let full = BitVolume(GridShape(70, 3, 3), repeating: true)
        #expect(ConnectedComponents(full, neighbourhood: .faces).parts.map(\.voxels) == [630])
    }
}
