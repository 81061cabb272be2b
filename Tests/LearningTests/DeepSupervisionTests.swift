import Batches
import Domain
import Learning
import Plans
import System
import Tensors
import Testing

/// Outputs of coarser levels: their targets, their loss, and what a checkpoint keeps of them.
@Suite struct DeepSupervisionTests {
    private static func settings(_ dimensions: Int) -> LearningSettings {
        smallSettings {
            ($0.dimensions, $0.contextSlices) = (dimensions, dimensions == 2 ? 3 : 1)
            ($0.widths, $0.deepSupervision) = ([4, 6, 8, 10, 12], true)
            $0.patch = dimensions == 2 ? [32, 32] : [32, 32, 32]
            $0.batch = 2
        }
    }

    private static func batch(_ shape: [Int], channels: Int, seed: UInt64) throws -> Batch {
        var random = CounterRandom(seed)
        let voxels = shape.reduce(1, *)
        let image = (0..<2 * channels * voxels).map { _ in Float(random.unit() * 2 - 1) }
        let kinds: [UInt8] = [0, 0, 1, 2, 5, 6]
        let states = (0..<2 * 2 * voxels).map { _ in kinds[random.index(below: kinds.count)] }
        let composite = (0..<2 * voxels).map { i -> UInt8 in
            let (row, voxel) = (i / voxels, i % voxels)
            return (0..<2).allSatisfy { states[(row * 2 + $0) * voxels + voxel] == 0 } ? 1 : 0
        }
        return try Batch(
            image: try Tensor(image, shape: [2, channels] + shape), states: states, organs: 2, composite: composite,
            compositeSets: [[0, 1]], pseudoWeight: 0.5)
    }

    /// Each voxel of a coarser grid has the state of one voxel of the patch, so that an unknown one stays unknown.
    @Test(arguments: [[8, 16], [8, 16, 24]], [2, 4, 8])
    func targetsAreThoseOfTheNearestSample(shape: [Int], factor: Int) async throws {
        let (fine, coarse, composite, coarseComposite, sizes) = try await tensorThread.run {
            let targets = LossTargets(try Self.batch(shape, channels: 1, seed: 3))
            let coarse = try targets.sampled(every: factor)
            return (
                try targets.states.withMutableBytes { Array($0) }, try coarse.states.withMutableBytes { Array($0) },
                try targets.composite?.withMutableBytes { Array($0) } ?? [],
                try coarse.composite?.withMutableBytes { Array($0) } ?? [], coarse.states.shape
            )
        }
        let small = shape.map { $0 / factor }
        #expect(sizes == [2, 2] + small)
        func expected(_ planes: [UInt8], count: Int) -> [UInt8] {
            (0..<count * small.reduce(1, *)).map { i in
                var (rest, place, stride) = (i, 0, 1)
                for (size, length) in zip(small, shape).reversed() {
                    place += (rest % size * factor + factor / 2) * stride
                    (rest, stride) = (rest / size, stride * length)
                }
                return planes[rest * stride + place]
            }
        }
        #expect(coarse == expected(fine, count: 4) && coarseComposite == expected(composite, count: 2))
        #expect(Set(coarse).count > 1)
    }

    @Test(arguments: [2, 3])
    func theLossIsTheWeightedSumOfThoseOfTheLevels(dimensions: Int) async throws {
        let settings = Self.settings(dimensions)
        let (whole, parts, gradients, expected, shapes) = try await tensorThread.run {
            let network = try UNet(settings.plan(organs: ["a", "b"]), seed: 3)
            let batch = try Self.batch(settings.patch, channels: network.plan.inputChannels, seed: 5)
            let loss = KnownVoxelLoss(diceWeight: 0.5)
            let targets = LossTargets(batch)
            func gradients() throws -> [Float] {
                try network.parameters.all.flatMap { try $0.gradient()?.floats() ?? [] }
            }
            let outputs = try network.outputs(batch.image)
            let whole = try DeepSupervision(loss)(outputs, targets)
            try whole.backward()
            let deep = try gradients()
            // The same by autograd, which adds the gradients of three passes.
            network.parameters.clearGradients()
            var parts: [Double] = []
            for level in 0..<3 {
                let coarse = level == 0 ? targets : try targets.sampled(every: 1 << level)
                let share = [4.0 / 7, 2.0 / 7, 1.0 / 7][level]
                let part = try loss.onTensors(try network.outputs(batch.image)[level], coarse, weight: share)
                try part.backward()
                parts.append(try part.value())
            }
            return (try whole.value(), parts, deep, try gradients(), outputs.map(\.shape))
        }
        let side = [32, 16, 8]
        #expect(shapes == side.map { [2, 2] + Array(repeating: $0, count: dimensions) })
        #expect(abs(whole - parts.reduce(0, +)) < 1e-6 && parts.allSatisfy { $0 > 0 })
        #expect(distance(gradients, expected) < 1e-5 && gradients.contains { abs($0) > 1e-3 })
    }

    /// The finest output alone predicts, and a program that does not know the others reads the checkpoint.
    @Test func predictionUsesTheFinestLevelAlone() async throws {
        let settings = Self.settings(2)
        let (own, stored, older, paths) = try await tensorThread.run {
            let network = try UNet(settings.plan(organs: ["a", "b"]), seed: 3)
            let checkpoint = Checkpoint(metadata: network.plan.metadata, tensors: try network.parameters.export())
            var before = checkpoint
            before.metadata["plan.deepSupervision"] = nil
            let image = try Self.batch([32, 32], channels: 3, seed: 5).image
            let networks = [network, try UNet(try Checkpoint(bytes: checkpoint.bytes())), try UNet(before)]
            let logits = try networks.map { try $0(image).floats() }
            #expect(networks.map { $0.plan.deepSupervision } == [true, true, false])
            #expect(try network.outputs(image)[0].floats() == logits[0])
            return (logits[0], logits[1], logits[2], network.parameters.paths)
        }
        #expect(own == stored && own == older)
        #expect(
            paths.filter { $0.hasPrefix("deep.") } == ["deep.1.weight", "deep.1.bias", "deep.2.weight", "deep.2.bias"])
    }

    /// As nnU-Net, the coarsest level of the decoder has no output.
    @Test func fewerThanFourWidthsAreRefused() throws {
        #expect(throws: SettingError.self) {
            try smallSettings { ($0.widths, $0.deepSupervision) = ([4, 8, 16], true) }.validate()
        }
        try Self.settings(2).validate()
    }

    /// The heads of coarser levels are trained, resumed with equal bits, and change nothing of the others' initial weights.
    @Test func coarserHeadsLearnAndResume() async throws {
        let settings = Self.settings(2)
        let item = cubeCase(1, side: 40, lower: Vector3(4, 5, 3), size: 6)
        let (before, whole, resumed, plain) = try await tensorThread.run {
            func trainer(_ settings: LearningSettings, _ start: TrainingStart) throws -> Trainer {
                let plan = settings.plan(organs: ["cube"])
                let sampler = try Sampler(
                    [item], settings: settings, rule: KnownVoxelRule(organCount: 1, exclusions: []))
                return try Trainer(
                    plan, recipe: smallRecipe { $0.steps = 4 }, settings: settings, origin: smallOrigin,
                    sampler: sampler, start: start)
            }
            let fresh = try trainer(settings, .fresh)
            let before = try fresh.checkpoint()
            _ = try fresh.run()
            let (stop, half) = (StopFlag(), try trainer(settings, .fresh))
            _ = try half.run(stop: stop, event: { if $0.step == 2 { stop.raise() } })
            let second = try trainer(settings, .resume(try Checkpoint(bytes: try half.checkpoint().bytes())))
            _ = try second.run()
            var shallow = settings
            shallow.deepSupervision = false
            return (before, try fresh.checkpoint(), try second.checkpoint(), try trainer(shallow, .fresh).checkpoint())
        }
        #expect(whole.bytes() == resumed.bytes())
        for path in ["deep.1.weight", "deep.2.bias"] { #expect(try whole.values(path) != before.values(path)) }
        for tensor in plain.tensors where !tensor.path.hasPrefix("optimiser.") {
            #expect(before[tensor.path] == tensor)
        }
    }
}
