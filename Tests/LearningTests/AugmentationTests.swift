import Batches
import Domain
import Glibc
import Plans
import System
import Testing

@Suite struct AugmentationTests {
    private static let organs = 4
    private static let rule = KnownVoxelRule(organCount: organs, exclusions: [(0, 1)])
    private static let sets = [[0, 3]]
    private static let course = Sampler.Course(seed: 11, round: 3)

    /// Blobs in noise: an organ, one with a pseudo label that knows a half, one without a label, one with an extent; and a composite label.
    private static let cases: [TrainingCase] = (1...3).map { id in
        let shape = GridShape(26, 22, 14)
        func blob(_ x: Int, _ y: Int, _ z: Int) -> BitVolume {
            BitVolume(shape) { abs($0 - x - id) + abs($1 - y) + 2 * abs($2 - z) < 9 }
        }
        var random = CounterRandom(UInt64(id))
        let bright = blob(8, 8, 6)
        let voxels = (0..<shape.count).map { Int16((bright[$0] ? 120 : 0) + random.unit() * 100) }
        return TrainingCase(
            volume: VolumeID(Int64(id)), shape: shape, spacing: Vector3(0.8, 1, 2.5), image: IntensityVoxels(voxels),
            normalisation: .hounsfield,
            labels: [
                .known(foreground: bright),
                .pseudo(foreground: blob(16, 12, 7), known: BitVolume(shape) { x, _, _ in x > 8 }), .unknown,
                .known(
                    foreground: blob(9, 16, 8), extent: VoxelBox(lower: Vector3(0, 4, 2), upper: Vector3(26, 22, 14))),
            ],
            composites: [CompositeLabel(parts: [0, 3], foreground: blob(4, 4, 4))])
    }

    private static func settings(_ dimensions: Int, _ change: (inout AugmentationSettings) -> Void) -> LearningSettings
    {
        smallSettings {
            ($0.dimensions, $0.contextSlices) = (dimensions, dimensions == 2 ? 3 : 1)
            $0.patch = dimensions == 2 ? [20, 16] : [20, 16, 16]
            change(&$0.augmentation)
        }
    }

    private struct Filled {
        let image: [Float]
        /// [channel][voxel], organs first.
        let planes: [[UInt8]]
    }

    /// The rows of a batch.
    private static func fill(_ sampler: Sampler, _ settings: LearningSettings, step: Int) throws -> [Filled] {
        let voxels = settings.patch.reduce(1, *)
        let slices = settings.dimensions == 2 ? settings.contextSlices : 1
        let rows = settings.batch
        let image = UnsafeMutableBufferPointer<Float>.allocate(capacity: rows * slices * voxels)
        let states = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: rows * organs * voxels)
        let composite = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: rows * sets.count * voxels)
        defer {
            image.deallocate()
            states.deallocate()
            composite.deallocate()
        }
        states.update(repeating: 99)
        let memory = BatchMemory(rows: rows, image: image, states: states, composite: composite)
        _ = try sampler.fill(memory, step: step, of: course)
        return (0..<rows).map { row in
            let own = memory.row(row)
            func planes(_ all: UnsafeMutableBufferPointer<UInt8>) -> [[UInt8]] {
                stride(from: 0, to: all.count, by: voxels).map { Array(all[$0..<$0 + voxels]) }
            }
            return Filled(image: Array(own.image), planes: planes(own.states) + planes(own.composite))
        }
    }

    private static func states(of item: TrainingCase) -> [[UInt8]] {
        let count = item.shape.count
        let planes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: organs * count)
        let composite = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: sets.count * count)
        defer {
            planes.deallocate()
            composite.deallocate()
        }
        rule.fill(
            planes, compositePlanes: composite, compositeSets: sets, labels: item.labels, composites: item.composites,
            shape: item.shape, box: VoxelBox(item.shape))
        return (0..<organs).map { Array(planes[$0 * count..<($0 + 1) * count]) }
            + (0..<sets.count).map { Array(composite[$0 * count..<($0 + 1) * count]) }
    }

    private static func reference(_ recipe: PatchRecipe, _ settings: LearningSettings) -> ReferencePatch {
        let item = cases[recipe.origin.caseIndex]
        return ReferencePatch(item, states: states(of: item), settings: settings, recipe: recipe)
    }

    private func expectEqual(_ filled: Filled, _ wanted: ReferencePatch, _ name: String) {
        let far = zip(filled.image, wanted.image).map { abs(Double($0) - $1) }.max() ?? .infinity
        #expect(filled.image.count == wanted.image.count && far < 2e-3, "\(name): image, \(far)")
        for (channel, plane) in filled.planes.enumerated() {
            let wrong = plane.indices.count { plane[$0] != wanted.planes[channel][$0] && !wanted.isDoubtful[$0] }
            #expect(wrong == 0, "\(name): channel \(channel), \(wrong) voxels")
        }
    }

    private static let kinds: [(name: String, change: @Sendable (inout AugmentationSettings) -> Void)] = [
        ("none", { _ in }),
        ("flips", { $0.flipShares = [0, 0.5, 0.5] }),
        ("rotation", { $0.rotationShare = 1 }),
        ("scale", { ($0.scaleShare, $0.scaleRange) = (1, [0.6, 1.6]) }),
        ("elastic", { ($0.elasticShare, $0.elasticSpacing, $0.elasticDisplacement) = (1, 7, 1.5) }),
        ("blur", { ($0.blurShare, $0.blurRange) = (1, [0.4, 1.3]) }),
        ("brightness", { $0.brightnessShare = 1 }),
        ("contrast", { ($0.contrastShare, $0.contrastRange) = (1, [0.5, 2]) }),
        ("low resolution", { $0.lowResolutionShare = 1 }),
        ("gamma", { $0.gammaShare = 1 }),
        ("inverted gamma", { $0.invertedGammaShare = 1 }),
        (
            "all but noise",
            {
                $0 = AugmentationSettings(.nnUNet)
                (($0.noiseShare, $0.flipShares), $0.elasticShare) = ((0, [0, 0.5, 0.5]), 0.5)
                ($0.rotationShare, $0.scaleShare, $0.blurShare, $0.contrastShare) = (0.7, 0.7, 0.5, 0.5)
                ($0.lowResolutionShare, $0.brightnessShare, $0.gammaShare) = (0.5, 0.5, 0.5)
            }
        ),
    ]

    @Test(arguments: kinds.indices, [2, 3])
    func patchesAreThoseOfTheReference(kind: Int, dimensions: Int) throws {
        let settings = Self.settings(dimensions, Self.kinds[kind].change)
        let sampler = try Sampler(Self.cases, settings: settings, rule: Self.rule)
        for step in 0..<4 {
            let rows = try Self.fill(sampler, settings, step: step)
            let recipes = try sampler.recipes(step: step, of: Self.course)
            for (filled, recipe) in zip(rows, recipes) {
                expectEqual(filled, Self.reference(recipe.recipe, settings), "\(Self.kinds[kind].name) \(dimensions)-D")
            }
        }
    }

    /// The largest and smallest values that settings may have, on patches that are far smaller and far larger than the volumes.
    @Test(arguments: [[2, 2], [256, 4], [2, 2, 2], [64, 2, 4]]) func extremeChangesAreThoseOfTheReference(patch: [Int])
        throws
    {
        var settings = Self.settings(patch.count) {
            ($0.rotationShare, $0.rotationDegrees, $0.flipShares) = (0.5, [180, 180, 180], [0, 1, 1])
            ($0.scaleShare, $0.scaleRange) = (0.5, [0.25, 4])
            ($0.elasticShare, $0.elasticSpacing, $0.elasticDisplacement) = (0.5, 512, 64)
            ($0.blurShare, $0.blurRange) = (0.5, [0.1, 8])
            ($0.lowResolutionShare, $0.lowResolutionRange) = (0.5, [0.1, 0.1])
        }
        (settings.patch, settings.widths) = (patch, [8])
        try settings.validate()
        let sampler = try Sampler(Self.cases, settings: settings, rule: Self.rule)
        for step in 0..<6 {
            let rows = try Self.fill(sampler, settings, step: step)
            for (filled, recipe) in zip(rows, try sampler.recipes(step: step, of: Self.course)) {
                expectEqual(filled, Self.reference(recipe.recipe, settings), "\(patch)")
            }
        }
    }

    /// Organs 0 and 3 are left and right, 1 has no side, the counterpart of 2 is not learned: nothing is known of it in a flipped patch.
    @Test(arguments: [2, 3]) func aFlipFromLeftToRightSwapsSidedOrgans(dimensions: Int) throws {
        let settings = Self.settings(dimensions) { $0.flipShares = [1, 0, 0] }
        let cases = Self.cases.map { item in
            var copy = item
            copy.labels[2] = .known(foreground: BitVolume(item.shape) { x, y, _ in x > y })
            return copy
        }
        let data = try TrainingData(cases, rule: Self.rule)
        let plain = try Sampler(data, organs: Self.organs, settings: settings)
        let sided = try Sampler(
            data, organs: Self.organs, settings: settings, mirror: ChannelMirror([3, 1, nil, 0]))
        for step in 0..<3 {
            for (kept, swapped) in zip(
                try Self.fill(plain, settings, step: step), try Self.fill(sided, settings, step: step))
            {
                #expect(kept.image == swapped.image)
                #expect(swapped.planes[0] == kept.planes[3] && swapped.planes[3] == kept.planes[0])
                #expect(swapped.planes[1] == kept.planes[1])
                #expect(swapped.planes[2].allSatisfy { $0 == VoxelKnowledge.unknown })
                #expect(swapped.planes[4] == kept.planes[4], "both kidneys are both kidneys")
                #expect(kept.planes[2].contains { $0 != VoxelKnowledge.unknown })
            }
        }
    }

    /// Image, targets and validity of a box come from another patch.
    @Test(arguments: [2, 3]) func cutMixPutsABoxOfAnotherPatchIn(dimensions: Int) throws {
        let settings = Self.settings(dimensions) {
            ($0.cutMixShare, $0.rotationShare, $0.gammaShare) = (0.7, 0.5, 0.5)
        }
        let sampler = try Sampler(Self.cases, settings: settings, rule: Self.rule)
        let (size, voxels) = (settings.patch + (dimensions == 2 ? [1] : []), settings.patch.reduce(1, *))
        var shares: [Double] = []
        for step in 0..<6 {
            for (filled, row) in zip(
                try Self.fill(sampler, settings, step: step), try sampler.recipes(step: step, of: Self.course))
            {
                let own = Self.reference(row.recipe, settings)
                let other = row.mixed.map { Self.reference($0.recipe, settings) }
                for i in 0..<voxels {
                    let place = Vector3(i % size[0], i / size[0] % size[1], i / (size[0] * size[1]))
                    let isOther =
                        row.mixed.map {
                            !$0.box.intersection(VoxelBox(lower: place, upper: place &+ Vector3(1, 1, 1))).isEmpty
                        } ?? false
                    let wanted = isOther ? other ?? own : own
                    guard !wanted.isDoubtful[i] else { continue }
                    for slice in 0..<filled.image.count / voxels {
                        let at = slice * voxels + i
                        #expect(abs(Double(filled.image[at]) - wanted.image[at]) < 2e-3)
                    }
                    for channel in filled.planes.indices {
                        #expect(filled.planes[channel][i] == wanted.planes[channel][i])
                    }
                }
                shares.append(row.mixed.map { Double($0.box.shape.count) / Double(voxels) } ?? 0)
            }
        }
        #expect(Set(shares).count > 8 && shares.contains(0) && shares.contains { $0 > 0.5 })
    }

    /// Of one patch without and with noise: its mean, deviation and fourth moment, and that neighbours have nothing to do with each other.
    @Test func noiseIsGaussian() throws {
        let quiet = smallSettings { ($0.patch, $0.batch) = ([256, 256], 1) }
        let loud = smallSettings {
            ($0.patch, $0.batch, $0.augmentation.noiseShare) = ([256, 256], 1, 1)
        }
        var seen: Set<Float> = []
        for step in 0..<3 {
            func row(_ settings: LearningSettings) throws -> ([Float], PatchRecipe) {
                let sampler = try Sampler(Self.cases, settings: settings, rule: Self.rule)
                let recipe = try #require(try sampler.recipes(step: step, of: Self.course).first).recipe
                return (try Self.fill(sampler, settings, step: step)[0].image, recipe)
            }
            let ((before, _), (after, recipe)) = (try row(quiet), try row(loud))
            let deviation = Double(try #require(recipe.augmentation.noise).deviation)
            #expect((0...0.1).contains(deviation) && seen.insert(Float(deviation)).inserted)
            let noise = zip(before, after).map { Double($1 - $0) / deviation }
            let count = Double(noise.count)
            func moment(_ power: Double) -> Double { noise.reduce(0) { $0 + pow($1, power) } / count }
            #expect(abs(moment(1)) < 0.01 && abs(moment(2) - 1) < 0.02 && abs(moment(3)) < 0.05)
            #expect(abs(moment(4) - 3) < 0.15)
            for distance in [1, 2, 4, 256] {
                let products = zip(noise, noise.dropFirst(distance)).reduce(0) { $0 + $1.0 * $1.1 } / count
                #expect(abs(products) < 0.01, "neighbours \(distance) apart")
            }
        }
    }

    /// No share draws random numbers that another one uses.
    @Test func withoutSharesNothingChanges() throws {
        let (plain, mixed) = (Self.settings(3) { _ in }, Self.settings(3) { $0.cutMixShare = 1 })
        let recipes = try [plain, mixed].map { settings in
            try Sampler(Self.cases, settings: settings, rule: Self.rule).recipes(step: 2, of: Self.course)
        }
        #expect(recipes[0].map(\.recipe.origin) == recipes[1].map(\.recipe.origin))
        #expect(recipes[0].allSatisfy { $0.mixed == nil } && recipes[1].allSatisfy { $0.mixed != nil })
    }
}
