public import Domain
public import Plans
internal import System
internal import Tensors

/// Draws batches that mix fully and partially labelled volumes. The batch of a step is a function of (seed, round,
/// step) alone, so that any step can be repeated without the steps before it.
///
/// The first `foregroundShare` of the rows: a random organ, a case that shows it, a place where it is. The others: a
/// random case, a random place in a region where something is known.
public final class Sampler: Sendable {
    private let volumes: [TrainingVolume]
    /// The parts of every composite label of the volumes.
    public let compositeSets: [[Int]]
    private let plan: NetworkPlan
    private let settings: LearningSettings
    private let places: PlaceIndex
    private let kernel: PatchKernel
    private let patch: Vector3<Int>
    private let pseudoWeight: Float

    /// - Parameters:
    ///   - data: with labels of the plan's organs.
    ///   - pseudoWeight: the weight of voxels that only a pseudo label knows, above 0 to 1.
    /// - Throws: `LearningError.nothingToLearn` where nothing is known in any volume.
    public init(
        _ data: TrainingData, plan: NetworkPlan, settings: LearningSettings, pseudoWeight: Double = 1
    ) throws {
        (volumes, compositeSets, self.plan, self.settings) = (data.volumes, data.compositeSets, plan, settings)
        places = PlaceIndex(volumes, organs: plan.organs.count)
        guard !places.informative.isEmpty else { throw LearningError.nothingToLearn }
        kernel = PatchKernel(settings)
        patch = settings.patchSize
        self.pseudoWeight = Float(pseudoWeight)
    }

    /// A sampler of cases in memory.
    ///
    /// - Throws: as the other, and `LearningError.unfittingCase`.
    /// - Precondition: a rule for the organs of the plan.
    public convenience init(
        _ cases: [TrainingCase], plan: NetworkPlan, settings: LearningSettings, rule: KnownVoxelRule,
        pseudoWeight: Double = 1
    ) throws {
        precondition(rule.organCount == plan.organs.count, "a rule for the plan's organs")
        let data = try TrainingData(cases, rule: rule, missingAsBackground: settings.missingAsBackground)
        try self.init(data, plan: plan, settings: settings, pseudoWeight: pseudoWeight)
    }

    /// A batch of the right shapes, to be filled for every step.
    public func makeBatch() throws -> Batch {
        try Batch(
            rows: settings.batch, channels: plan.inputChannels, organs: plan.organs.count,
            patch: settings.patchAxes, compositeSets: compositeSets, pseudoWeight: pseudoWeight)
    }

    /// Fills `batch` with the rows of a step, a function of seed, round and step. Rows are filled on libtorch's threads.
    public func fill(_ batch: Batch, seed: UInt64, round: Int, step: Int) throws {
        let rows = (0..<settings.batch).map { row in
            var random = CounterRandom(seed, UInt64(round), UInt64(step), UInt64(row))
            let origin = draw(row, &random)
            return Row(origin: origin, intensity: intensity(&random))
        }
        batch.origins = rows.map(\.origin)
        try batch.withRows { target in try Torch.parallel(rows.count) { fill(target.row($0), rows[$0]) } }
    }

    /// What a row is filled with.
    private struct Row: Sendable {
        let origin: PatchOrigin
        let intensity: (scale: Float, offset: Float)
    }

    // MARK: - Places

    private func draw(_ row: Int, _ random: inout CounterRandom) -> PatchOrigin {
        let shows = Double(row) < (Double(settings.batch) * settings.foregroundShare).rounded()
        if shows, !places.shown.isEmpty {
            let organ = places.shown[random.index(below: places.shown.count)]
            let candidates = places.showing[organ]
            let index = candidates[random.index(below: candidates.count)]
            let (voxels, shape) = (volumes[index].labels.places[organ], volumes[index].shape)
            let centre = position(Int(voxels[random.index(below: voxels.count)]), shape)
            return PatchOrigin(
                caseIndex: index, organ: organ, box: box(around: centre &+ jitter(&random), shape, &random))
        }
        let index = places.informative[random.index(below: places.informative.count)]
        let regions = volumes[index].labels.knownRegions
        let region = regions[random.index(below: regions.count)]
        var centre = Vector3<Int>.zero
        for axis in 0..<3 { centre[axis] = region.lower[axis] + random.index(below: region.size[axis]) }
        return PatchOrigin(caseIndex: index, organ: nil, box: box(around: centre, volumes[index].shape, &random))
    }

    /// Up to a quarter of the patch along every axis, so that an organ is not always in the middle.
    private func jitter(_ random: inout CounterRandom) -> Vector3<Int> {
        var result = Vector3<Int>.zero
        for axis in 0..<3 where patch[axis] > 3 {
            result[axis] = random.index(below: patch[axis] / 2) - patch[axis] / 4
        }
        return result
    }

    /// The patch around `centre`, moved inside the volume along axes where there is room for it. Where it is at least as long as the
    /// volume, it is shifted at random, by up to a quarter of the patch, from the place where prediction has it; `centre` stays inside, and
    /// a part of the volume may be outside.
    private func box(around centre: Vector3<Int>, _ shape: GridShape, _ random: inout CounterRandom) -> VoxelBox {
        var lower = Vector3<Int>.zero
        for axis in 0..<3 {
            let room = shape[axis] - patch[axis]
            guard room <= 0, patch[axis] > 3 else {
                lower[axis] = min(max(centre[axis] - patch[axis] / 2, 0), max(room, 0))
                continue
            }
            let shifted = -(-room / 2) + random.index(below: patch[axis] / 2) - patch[axis] / 4
            lower[axis] = min(max(shifted, centre[axis] - patch[axis] + 1), centre[axis])
        }
        return VoxelBox(lower: lower, upper: lower &+ patch)
    }

    private func position(_ voxel: Int, _ shape: GridShape) -> Vector3<Int> {
        Vector3(voxel % shape.x, voxel / shape.x % shape.y, voxel / (shape.x * shape.y))
    }

    // MARK: - Rows

    private func intensity(_ random: inout CounterRandom) -> (scale: Float, offset: Float) {
        let jitter = settings.intensityJitter
        let scale = Float(1 + jitter * (2 * random.unit() - 1))
        return (scale, Float(jitter * (2 * random.unit() - 1)))
    }

    private func fill(_ target: Batch.Row, _ row: Row) {
        let (volume, box, organs) = (volumes[row.origin.caseIndex], row.origin.box, plan.organs.count)
        kernel.fill(
            target.image, from: volume.image, box: box, scale: row.intensity.scale, offset: row.intensity.offset)
        volume.labels.states.fill(target.states, channels: 0..<organs, box: box)
        volume.labels.states.fill(target.composite, channels: organs..<organs + compositeSets.count, box: box)
    }
}

extension Sampler {
    /// (target / frequency)^½ per organ, from 1 to 50, where frequency is the positives' share of the voxels of the
    /// cases that know the organ; 1 for an organ nowhere shown. nil where the settings want none.
    public func positiveWeights() -> [Double]? {
        guard settings.positiveWeightTarget > 0 else { return nil }
        return plan.organs.indices.map { organ in
            var (positive, known) = (0, 0)
            for volume in volumes {
                positive += volume.labels.counts[organ].positive
                known += volume.labels.counts[organ].known
            }
            guard positive > 0 else { return 1 }
            let frequency = Double(positive) / Double(known)
            return min(max((settings.positiveWeightTarget / frequency).squareRoot(), 1), 50)
        }
    }
}

extension LearningSettings {
    /// Voxels of a training patch along x, y, z.
    var patchSize: Vector3<Int> { Vector3(patch[0], patch[1], dimensions == 3 ? patch[2] : 1) }
    /// The same as axes of a tensor, outermost first.
    var patchAxes: [Int] { patch.reversed() }
    /// Voxels of a prediction patch along x, y, z.
    var windowSize: Vector3<Int> {
        let sizes = predictionPatch.isEmpty ? patch : predictionPatch
        return Vector3(sizes[0], sizes[1], dimensions == 3 ? sizes[2] : 1)
    }
}
