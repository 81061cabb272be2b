import Domain
import Numerics
import System
import Testing

struct NumericsTests {
    private func cube(_ shape: GridShape, _ lower: Vector3<Int>, _ upper: Vector3<Int>) -> BitVolume {
        var mask = BitVolume(shape)
        for z in lower.z..<upper.z {
            for y in lower.y..<upper.y { for x in lower.x..<upper.x { mask[x, y, z] = true } }
        }
        return mask
    }

    @Test func diceByHand() {
        let shape = GridShape(10, 10, 10)
        let a = cube(shape, Vector3(0, 0, 0), Vector3(4, 4, 4))
        let b = cube(shape, Vector3(2, 0, 0), Vector3(6, 4, 4))
        #expect(Dice.coefficient(a, b) == 0.5)
        #expect(Dice.coefficient(a, a) == 1)
        #expect(Dice.coefficient(a, BitVolume(shape)) == 0)
        #expect(Dice.coefficient(BitVolume(shape), BitVolume(shape)) == nil)
        #expect(abs(VolumeMeasure.millilitres(a, spacing: Vector3(2, 2, 5)) - 1.28) < 1e-12)
    }

    @Test(arguments: [0, 1, 63, 64, 65, 100, 136])
    func sixtyFourVoxelsAreClearedFromAnyPosition(position: Int) {
        var generator = SplitMix64(seed: UInt64(position))
        let shape = GridShape(10, 10, 2)
        for bits in [0, 1, 1 << 63, .max, generator.next(), generator.next()] as [UInt64] {
            var cleared = BitVolume(shape, repeating: true)
            cleared.clear(bits, from: position)
            for voxel in 0..<shape.count {
                let isCleared = (position..<position + 64).contains(voxel) && bits >> UInt64(voxel - position) & 1 == 1
                #expect(cleared[voxel] == !isCleared)
            }
        }
    }

    @Test func aShiftedVoxelIsItsShiftAway() throws {
        let shape = GridShape(20, 20, 20)
        let a = cube(shape, Vector3(5, 5, 5), Vector3(6, 6, 6))
        let b = cube(shape, Vector3(8, 9, 5), Vector3(9, 10, 6))
        let distance = try #require(SurfaceDistance(a, b, spacing: Vector3(1, 1, 2)))
        #expect(distance.forward == [5] && distance.backward == [5])
        #expect(distance.mean == 5 && distance.hausdorff95 == 5)
        #expect(distance.normalisedDice(toleranceInMillimetres: 5) == 1)
        #expect(distance.normalisedDice(toleranceInMillimetres: 4.9) == 0)
        #expect(SurfaceDistance(a, BitVolume(shape), spacing: Vector3(1, 1, 1)) == nil)
    }

    @Test func distancesEqualAnExhaustiveSearch() throws {
        var generator = SplitMix64(seed: 11)
        let shape = GridShape(9, 8, 7)
        let spacing = Vector3(0.7, 1.3, 2.5)
        for _ in 0..<20 {
            var masks = [BitVolume(shape), BitVolume(shape)]
            for i in 0..<shape.count {
                for m in 0..<2 where Int.random(in: 0..<12, using: &generator) == 0 { masks[m][i] = true }
            }
            let found = try #require(SurfaceDistance(masks[0], masks[1], spacing: spacing))
            #expect(found.forward.elementsEqual(search(masks[0], masks[1], spacing)) { abs($0 - $1) < 1e-9 })
            #expect(found.backward.elementsEqual(search(masks[1], masks[0], spacing)) { abs($0 - $1) < 1e-9 })
        }
    }

    private func surface(_ mask: BitVolume) -> [Vector3<Int>] {
        let (shape, whole) = (mask.shape, VoxelBox(mask.shape))
        var out: [Vector3<Int>] = []
        for z in 0..<shape.z {
            for y in 0..<shape.y {
                for x in 0..<shape.x where mask[x, y, z] {
                    let neighbours = [Vector3(1, 0, 0), Vector3(0, 1, 0), Vector3(0, 0, 1)].flatMap {
                        [Vector3(x, y, z) &+ $0, Vector3(x, y, z) &- $0]
                    }
                    let inner = neighbours.allSatisfy { n in
                        (0..<3).allSatisfy { n[$0] >= 0 && n[$0] < whole.upper[$0] } && mask[n.x, n.y, n.z]
                    }
                    if !inner { out.append(Vector3(x, y, z)) }
                }
            }
        }
        return out
    }

    private func search(_ a: BitVolume, _ b: BitVolume, _ spacing: Vector3<Double>) -> [Double] {
        let targets = surface(b)
        return surface(a).map { p in
            targets.map { q in
                let d = Vector3(Double(p.x - q.x), Double(p.y - q.y), Double(p.z - q.z)) * spacing
                return (d * d).sum().squareRoot()
            }.min() ?? .infinity
        }.sorted()
    }

    @Test func linearResamplingKeepsALinearRamp() {
        let source = GridShape(12, 9, 6)
        let spacing = Vector3(1.0, 2.0, 3.0)
        let target = Vector3(1.5, 1.0, 2.0)
        let shape = Resampling.shape(of: source, spacing: spacing, at: target)
        #expect(shape == GridShape(8, 18, 9))
        let resampling = Resampling(from: source, spacing: spacing, to: shape, spacing: target)
        func ramp(_ p: Vector3<Double>) -> Float { Float(3 * p.x - 2 * p.y + 5 * p.z) }
        var values: [Float] = []
        for z in 0..<source.z {
            for y in 0..<source.y {
                for x in 0..<source.x {
                    values.append(ramp((Vector3(Double(x), Double(y), Double(z)) + 0.5) * spacing))
                }
            }
        }
        let out = values.withUnsafeBufferPointer(resampling.linear)
        for z in 1..<shape.z - 1 {
            for y in 1..<shape.y - 1 {
                for x in 1..<shape.x - 1 {
                    let expected = ramp((Vector3(Double(x), Double(y), Double(z)) + 0.5) * target)
                    #expect(abs(out[shape.index(x, y, z)] - expected) < 1e-4)
                }
            }
        }
        let whole = values.map { Int16($0.rounded()) }
        let identity = Resampling(from: source, spacing: spacing, to: source, spacing: spacing)
        #expect(whole.withUnsafeBufferPointer(identity.linear) == whole.map(Float.init))
    }

    @Test func masksGoUpAndBack() {
        let source = GridShape(10, 8, 6)
        let mask = cube(source, Vector3(2, 1, 1), Vector3(7, 5, 4))
        let fine = GridShape(20, 24, 6)
        let (coarse, half) = (Vector3(2.0, 3.0, 1.0), Vector3(1.0, 1.0, 1.0))
        let up = Resampling(from: source, spacing: coarse, to: fine, spacing: half).majority(mask)
        #expect(abs(up.population - 6 * mask.population) < mask.population)
        #expect(Resampling(from: fine, spacing: half, to: source, spacing: coarse).majority(up) == mask)
    }

    /// A pattern of one bright and one dark voxel, at three times the spacing, is its mean and not one of the two.
    @Test func fineStructuresDoNotAlias() {
        let (source, target) = (GridShape(30, 1, 1), GridShape(10, 1, 1))
        let values = (0..<30).map { Float($0 % 2 == 0 ? 100 : 0) }
        let resampling = Resampling(
            from: source, spacing: Vector3(1.0, 1, 1), to: target, spacing: Vector3(3.0, 1, 1))
        let out = values.withUnsafeBufferPointer(resampling.linear)
        #expect(out[1...8].allSatisfy { abs($0 - 50) < 15 }, "\(out)")
    }

    /// Scattered voxels of a validity mask are neither dropped nor filled: up and down again they are the same.
    @Test func aValidityMaskIsTheSameAfterAResampling() {
        let (coarse, fine) = (GridShape(12, 12, 8), GridShape(24, 24, 16))
        var random = CounterRandom(5)
        let mask = BitVolume(coarse, words: (0..<coarse.count / 64).map { _ in random.next() & random.next() })
        let (wide, narrow) = (Vector3(2.0, 2, 2), Vector3(1.0, 1, 1))
        let up = Resampling(from: coarse, spacing: wide, to: fine, spacing: narrow).nearest(mask)
        #expect(up.population == 8 * mask.population)
        #expect(Resampling(from: fine, spacing: narrow, to: coarse, spacing: wide).nearest(up) == mask)
    }

    @Test func aThinMaskKeepsItsPlace() {
        let (fine, coarse) = (GridShape(24, 24, 12), GridShape(6, 6, 3))
        let resampling = Resampling(from: fine, spacing: Vector3(1.0, 1, 1), to: coarse, spacing: Vector3(4.0, 4, 4))
        var mask = BitVolume(fine)
        mask[13, 9, 6] = true
        let down = resampling.majority(mask)
        #expect(down.population == 1 && down[3, 2, 1])
    }

    /// Two masks that share a boundary, at any ratio: no voxel is in both, and all are in one of them.
    @Test(arguments: [0.5, 0.7, 1.3, 2, 3.1])
    func disjointMasksStayDisjoint(ratio: Double) {
        let source = GridShape(20, 20, 8)
        var random = CounterRandom(3)
        let left = BitVolume(source, words: (0..<source.count / 64).map { _ in random.next() })
        var right = BitVolume(source, repeating: true)
        right.subtract(left)
        let spacing = Vector3(ratio, ratio, ratio)
        let target = Resampling.shape(of: source, spacing: Vector3(1.0, 1, 1), at: spacing)
        let resampling = Resampling(from: source, spacing: Vector3(1.0, 1, 1), to: target, spacing: spacing)
        var both = resampling.majority(left)
        both.formIntersection(resampling.majority(right))
        #expect(both.isEmpty)
    }
}
