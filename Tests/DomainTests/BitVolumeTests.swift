import Domain
import Testing

@Suite struct BitVolumeTests {
    /// Of fewer words than are counted at a time, of as many, and of more.
    @Test(arguments: Array(0...70) + [127, 128, 129, 1000])
    func setVoxelsAreCountedAsOneByOne(words: Int) {
        var random = SystemRandomNumberGenerator()
        for isFull in [false, true] {
            let bits = BitVolume(
                GridShape(64, words, 1), words: (0..<words).map { _ in isFull ? ~0 : random.next() })
            #expect(bits.population == (0..<words * 64).count { bits[$0] })
        }
    }

    @Test func masksAreCombinedVoxelByVoxel() {
        let shape = GridShape(67, 3, 2)
        func random() -> BitVolume { BitVolume(shape, words: (0..<7).map { _ in .random(in: 0...UInt64.max) }) }
        let (one, other) = (random(), random())
        var (union, intersection, difference) = (one, one, one)
        union.formUnion(other)
        intersection.formIntersection(other)
        difference.subtract(other)
        for voxel in 0..<shape.count {
            #expect(union[voxel] == (one[voxel] || other[voxel]))
            #expect(intersection[voxel] == (one[voxel] && other[voxel]))
            #expect(difference[voxel] == (one[voxel] && !other[voxel]))
        }
    }
}
