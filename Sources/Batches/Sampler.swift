public import Domain
internal import Glibc
public import Plans
internal import System

/// Draws batches that mix fully and partially labelled volumes. The batch of a step is a function of (seed, round,
/// step, rank) alone, so that any step can be repeated without the steps before it.
///
/// The first `foregroundShare` of the rows: a random organ, a volume that shows it, a place where it is. The others: a
/// random volume, a random place in a region where something is known. Which volumes are drawn follows from their outlines, so that
/// a volume is read only when a row needs it.
public final class Sampler: Sendable {
    /// What a batch is a function of, beside its number.
    public struct Course: Hashable, Sendable {
        public let seed: UInt64
        public let round: Int

        public init(seed: UInt64, round: Int) { (self.seed, self.round) = (seed, round) }
    }

    private let data: TrainingData
    private let organs: Int
    private let settings: LearningSettings
    private let places: PlaceIndex
    private let painter: PatchPainter
    private let boxes: PatchPlacement
    private let rank, ranks: Int

    /// The parts of every composite label of the volumes.
    public var compositeSets: [[Int]] { data.compositeSets }

    /// - Parameters:
    ///   - data: with labels of the organs.
    ///   - organs: their number.
    ///   - mirror: the organs of the other side, for flips from left to right; nil: no organ has a side.
    ///   - rank, ranks: which of several processes this is, from 0 on: its rows are a part of those of a batch as many times larger.
    /// - Throws: `BatchError.nothingToLearn` where nothing is known in any volume.
    public init(
        _ data: TrainingData, organs: Int, settings: LearningSettings, mirror: ChannelMirror? = nil, rank: Int = 0,
        ranks: Int = 1
    ) throws(BatchError) {
        precondition((0..<ranks).contains(rank), "one of the ranks")
        (self.data, self.organs, self.settings, self.rank, self.ranks) = (data, organs, settings, rank, ranks)
        places = PlaceIndex(data.outlines, organs: organs)
        guard !places.informative.isEmpty else { throw .nothingToLearn }
        painter = PatchPainter(
            settings, organs: organs, compositeSets: data.compositeSets,
            mirror: mirror ?? ChannelMirror(Array(0..<organs)))
        boxes = PatchPlacement(settings.patchSize)
    }

    /// A sampler of cases in memory.
    ///
    /// - Throws: as the other, and `BatchError.unfittingCase`.
    public convenience init(_ cases: [TrainingCase], settings: LearningSettings, rule: KnownVoxelRule) throws {
        let data = try TrainingData(cases, rule: rule, missingAsBackground: settings.missingAsBackground)
        try self.init(data, organs: rule.organCount, settings: settings)
    }

    /// The rows of a batch.
    public var rows: Int { settings.batch }

    /// The volumes that batches need, each once, in the order in which they are needed first.
    ///
    /// - Parameter steps: the numbers of the batches.
    public func volumes(for steps: Range<Int>, of course: Course) -> [Int] {
        var (seen, order) = (Set<Int>(), [Int]())
        for step in steps where seen.count < data.outlines.count {
            for row in 0..<rows {
                let number = number(row, step, course)
                for index in [draw(number).volume, mix(number)?.other.volume].compactMap({ $0 })
                where seen.insert(index).inserted {
                    order.append(index)
                }
            }
        }
        return order
    }

    /// Fills a batch. Waits for volumes that are not there yet.
    ///
    /// - Returns: where its rows come from.
    /// - Throws: the reason why a volume cannot be had.
    public func fill(_ memory: BatchMemory, step: Int, of course: Course) throws -> [PatchOrigin] {
        try fill(memory, step: step, of: course, PatchScratch())
    }

    /// - Parameter scratch: of the calling thread.
    package func fill(
        _ memory: BatchMemory, step: Int, of course: Course, _ scratch: PatchScratch
    ) throws -> [PatchOrigin] {
        try (0..<rows).map { row in
            let (number, target) = (number(row, step, course), memory.row(row))
            let origin = try paint(target, draw(number), scratch)
            if let mix = mix(number) {
                let other = painter.otherPatch(in: scratch)
                _ = try paint(other, mix.other, scratch)
                painter.paste(other, into: target, box: mix.box)
            }
            return origin
        }
    }

    private func paint(_ target: BatchMemory.Planes, _ draw: Draw, _ scratch: PatchScratch) throws -> PatchOrigin {
        let volume = try data.source.volume(draw.volume)
        let recipe = recipe(draw, in: volume)
        painter.paint(target, volume, recipe, scratch)
        return recipe.origin
    }

    // MARK: - Draws

    /// Identifies a row of all batches of all ranks.
    private struct RowNumber {
        let course: Course
        let step, row: Int

        /// Numbers for one purpose.
        func random(_ purpose: Purpose) -> CounterRandom {
            let key = (UInt64(course.round), UInt64(step), UInt64(row))
            return purpose == .patch
                ? CounterRandom(course.seed, key.0, key.1, key.2)
                : CounterRandom(course.seed, key.0, key.1, key.2, purpose.rawValue)
        }
    }

    /// What random numbers are drawn for: those of one purpose do not depend on whether others draw any.
    private enum Purpose: UInt64 { case patch, augmentation, mix, mixedPatch, mixedAugmentation }

    /// A row before its volume is read.
    private struct Draw {
        let volume: Int
        /// nil for a row drawn anywhere.
        let organ: Int?
        var random: CounterRandom
        var augmentation: CounterRandom
    }

    private func number(_ row: Int, _ step: Int, _ course: Course) -> RowNumber {
        RowNumber(course: course, step: step, row: rank * rows + row)
    }

    private func draw(_ number: RowNumber) -> Draw {
        draw(number, number.random(.patch), number.random(.augmentation))
    }

    private func draw(_ number: RowNumber, _ own: CounterRandom, _ augmentation: CounterRandom) -> Draw {
        var random = own
        let shows = Double(number.row) < (Double(rows * ranks) * settings.foregroundShare).rounded()
        guard shows, !places.shown.isEmpty else {
            let index = places.informative[random.index(below: places.informative.count)]
            return Draw(volume: index, organ: nil, random: random, augmentation: augmentation)
        }
        let organ = places.shown[random.index(below: places.shown.count)]
        let candidates = places.showing[organ]
        let index = candidates[random.index(below: candidates.count)]
        return Draw(volume: index, organ: organ, random: random, augmentation: augmentation)
    }

    /// Another patch of which a box replaces that of a row (CutMix: Yun et al., ICCV 2019); its share of the patch is uniform.
    private func mix(_ number: RowNumber) -> (other: Draw, box: VoxelBox)? {
        let share = settings.augmentation.cutMixShare
        guard share > 0 else { return nil }
        var random = number.random(.mix)
        guard random.happens(share) else { return nil }
        let edge = pow(random.unit(), 1 / Double(settings.dimensions))
        var (lower, size) = (Vector3<Int>.zero, settings.patchSize)
        for axis in 0..<settings.dimensions {
            let whole = size[axis]
            size[axis] = max(1, Int((Double(whole) * edge).rounded()))
            lower[axis] = random.index(below: whole - size[axis] + 1)
        }
        let other = draw(number, number.random(.mixedPatch), number.random(.mixedAugmentation))
        return (other, VoxelBox(lower: lower, upper: lower &+ size))
    }

    private func recipe(_ draw: Draw, in volume: TrainingVolume) -> PatchRecipe {
        var draw = draw
        let origin = place(&draw, in: volume)
        let intensity = intensity(&draw.random)
        let augmentation = PatchAugmentation(
            settings, size: settings.patchSize, spacing: volume.spacing, &draw.augmentation)
        return PatchRecipe(
            origin: origin, scale: intensity.scale, offset: intensity.offset, augmentation: augmentation)
    }

    /// An organ that has no voxel on the grid of the training is not found: the row is then one from anywhere in the volume.
    private func place(_ draw: inout Draw, in volume: TrainingVolume) -> PatchOrigin {
        if let organ = draw.organ, !volume.labels.places[organ].isEmpty {
            let voxels = volume.labels.places[organ]
            let centre = volume.shape.position(Int(voxels[draw.random.index(below: voxels.count)]))
            let box = boxes.box(around: centre &+ boxes.jitter(&draw.random), volume.shape, &draw.random)
            return PatchOrigin(caseIndex: draw.volume, organ: organ, box: box)
        }
        let (regions, whole) = (volume.labels.knownRegions, VoxelBox(volume.shape))
        let region = regions.isEmpty ? whole : regions[draw.random.index(below: regions.count)]
        var centre = Vector3<Int>.zero
        for axis in 0..<3 { centre[axis] = region.lower[axis] + draw.random.index(below: region.size[axis]) }
        return PatchOrigin(
            caseIndex: draw.volume, organ: nil, box: boxes.box(around: centre, volume.shape, &draw.random))
    }

    private func intensity(_ random: inout CounterRandom) -> (scale: Float, offset: Float) {
        let jitter = settings.intensityJitter
        let scale = Float(1 + jitter * (2 * random.unit() - 1))
        return (scale, Float(jitter * (2 * random.unit() - 1)))
    }
}

extension Sampler {
    /// What the rows of a batch are made of, and what is pasted into them.
    package func recipes(
        step: Int, of course: Course
    ) throws -> [(recipe: PatchRecipe, mixed: (recipe: PatchRecipe, box: VoxelBox)?)] {
        try (0..<rows).map { row in
            let number = number(row, step, course)
            func recipe(_ draw: Draw) throws -> PatchRecipe {
                self.recipe(draw, in: try data.source.volume(draw.volume))
            }
            let mixed = try mix(number).map { (try recipe($0.other), $0.box) }
            return (try recipe(draw(number)), mixed)
        }
    }
}

extension Sampler {
    /// (target / frequency)^½ per organ, from 1 to 50, where frequency is the positives' share of the voxels of the
    /// volumes that know the organ; 1 for an organ nowhere shown. nil where the settings want none.
    public func positiveWeights() -> [Double]? {
        guard settings.positiveWeightTarget > 0 else { return nil }
        return (0..<organs).map { organ in
            let own = data.outlines.map { $0.counts[organ] }
            let (positive, known) = (own.reduce(0) { $0 + $1.positive }, own.reduce(0) { $0 + $1.known })
            guard positive > 0 else { return 1 }
            let frequency = Double(positive) / Double(known)
            return min(max((settings.positiveWeightTarget / frequency).squareRoot(), 1), 50)
        }
    }
}
