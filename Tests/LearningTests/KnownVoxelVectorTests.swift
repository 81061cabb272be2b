import Domain
import FoundationEssentials
import Testing

/// Random labels with the planes that the Python package makes of them (`python/tests/make_vectors.py`): both rules are one.
@Suite struct KnownVoxelVectorTests {
    struct Vector: Decodable, Sendable {
        let shape: [Int]
        let exclusions: [[Int]]
        let parts: [[Int]]
        let labels: [Label]
        let composites: [Label]
        let compositeSets: [[Int]]
        let planes: [[UInt8]]
        let compositePlanes: [[UInt8]]

        var grid: GridShape { GridShape(shape[0], shape[1], shape[2]) }
    }

    /// Masks are linear indices of voxels, x fastest; an extent is its lower and upper bounds.
    struct Label: Decodable, Sendable {
        let kind: String?
        let parts: [Int]?
        let foreground: [Int]?
        let valid: [Int]?
        let extent: [Int]?

        var box: VoxelBox? { extent.map { VoxelBox(lower: Vector3($0[..<3]), upper: Vector3($0[3...])) } }
    }

    private static let vectors: [Vector] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../python/tests/data/known_voxels.json")
        guard let data = try? Data(contentsOf: file) else { return [] }
        return (try? JSONDecoder().decode([Vector].self, from: data)) ?? []
    }()

    @Test func thereAreVectors() { #expect(Self.vectors.count == 40) }

    @Test(arguments: 0..<40)
    func theRuleGivesThePlanesOfTheVector(_ index: Int) throws {
        let vector = try #require(Self.vectors.indices.contains(index) ? Self.vectors[index] : nil)
        let planes = fill(vector)
        #expect(planes.organs == vector.planes.flatMap { $0 })
        #expect(planes.composites == vector.compositePlanes.flatMap { $0 })
    }

    private func fill(_ vector: Vector) -> (organs: [UInt8], composites: [UInt8]) {
        let (shape, count) = (vector.grid, vector.labels.count)
        let rule = KnownVoxelRule(
            organCount: count, exclusions: vector.exclusions.map { ($0[0], $0[1]) },
            parts: vector.parts.map { (part: $0[0], whole: $0[1]) })
        var organs = [UInt8](repeating: 9, count: count * shape.count)
        var composites = [UInt8](repeating: 9, count: vector.compositeSets.count * shape.count)
        organs.withUnsafeMutableBufferPointer { organs in
            composites.withUnsafeMutableBufferPointer { composites in
                rule.fill(
                    organs, compositePlanes: composites, compositeSets: vector.compositeSets,
                    labels: vector.labels.map { Self.label($0, shape) },
                    composites: vector.composites.map { Self.composite($0, shape) }, shape: shape, box: VoxelBox(shape))
            }
        }
        return (organs, composites)
    }

    private static func label(_ label: Label, _ shape: GridShape) -> OrganLabel {
        let (foreground, valid) = (bits(label.foreground, shape), bits(label.valid, shape))
        switch label.kind {
        case "known": return .known(foreground: foreground, extent: label.box, known: valid)
        case "pseudo": return .pseudo(foreground: foreground ?? BitVolume(shape), known: valid)
        default: return .unknown
        }
    }

    private static func composite(_ label: Label, _ shape: GridShape) -> CompositeLabel {
        CompositeLabel(
            parts: label.parts ?? [], foreground: bits(label.foreground, shape), extent: label.box,
            known: bits(label.valid, shape))
    }

    private static func bits(_ voxels: [Int]?, _ shape: GridShape) -> BitVolume? {
        voxels.map { voxels in
            let set = Set(voxels)
            return BitVolume(shape) { x, y, z in set.contains(shape.index(x, y, z)) }
        }
    }
}
