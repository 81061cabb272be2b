internal import Batches
internal import Console
internal import Domain
internal import Learning
internal import Plans
internal import System
internal import Tensors

/// A part of a run, and the limit that this machine sets for it, measured in the same run.
struct MeasuredPart: Sendable {
    let part: String
    /// In `unit`, the more the better.
    let rate: Double
    let unit: String
    /// What the limit is of; `limit` is in the same unit.
    let limitedBy: String
    let limit: Double

    var share: Double { rate / limit }

    /// One line.
    var summary: String {
        "\(part): \(Decimal.fixed(rate, places: 2)) \(unit), \(Decimal.fixed(share, places: 2)) of \(limitedBy)"
    }
}

/// All parts of a run, one after another.
struct BenchmarkParts: Sendable {
    /// How much is measured.
    struct Extent: Sendable {
        /// Edge of the patches of batches, and of those of steps and windows.
        let patch, window: Int
        let batches, steps: Int
        /// Of a prediction, and of the volume whose masks are written.
        let predicted, written: GridShape

        static let usual = Extent(
            patch: 128, window: 64, batches: 100, steps: 5, predicted: GridShape(192, 192, 96),
            written: GridShape(512, 512, 300))
        /// Seconds; patches fit into the cache of the processor.
        static let quick = Extent(
            patch: 32, window: 32, batches: 20, steps: 2, predicted: GridShape(64, 64, 32),
            written: GridShape(64, 64, 32))
    }

    let extent: Extent
    let organs: Int
    let threads: Int
    /// A new folder for the database and the objects of the write-back.
    let work: String

    /// - Parameter measured: called with each part when it was measured.
    /// - Throws: before anything is measured, as `ScratchCatalogue.check`.
    func run(measured: (MeasuredPart) -> Void) async throws {
        try ScratchCatalogue.check(work)
        measured(try await batches("batches", .none))
        measured(try await batches("augmented batches", .nnUNet))
        let training = try await TrainingParts(settings(.none), organs: names, threads: threads).run(extent.steps)
        measured(
            product(
                "step", training.step.operationsPerSecond, limit: training.step.productOperationsPerSecond))
        measured(
            MeasuredPart(
                part: "step beside batches", rate: 1 / training.together.medianSeconds, unit: "steps/s",
                limitedBy: "step", limit: 1 / training.step.medianSeconds))
        measured(try await prediction())
        measured(try await writeBack())
    }

    private var names: [String] { (0..<organs).map { "organ\($0)" } }

    private func settings(_ augmentation: AugmentationSet) -> LearningSettings {
        var settings = LearningSettings()
        (settings.dimensions, settings.contextSlices, settings.batch) = (3, 1, 2)
        (settings.widths, settings.loaders) = ([16, 32, 64, 128], threads)
        settings.patch = [extent.window, extent.window, extent.window]
        settings.augmentation = AugmentationSettings(augmentation)
        return settings
    }

    private func batches(_ part: String, _ augmentation: AugmentationSet) async throws -> MeasuredPart {
        let settings = settings(augmentation)
        let benchmark = BatchBenchmark(
            organs: organs, edge: extent.patch, batch: settings.batch, threads: threads, settings: settings)
        let result = try await BlockingWork().run { [extent] in try benchmark.run(batches: extent.batches) }
        return MeasuredPart(
            part: part, rate: result.patchesPerSecond, unit: "patches/s", limitedBy: "memcpy",
            limit: result.copiesPerSecond)
    }

    private func prediction() async throws -> MeasuredPart {
        let settings = settings(.none)
        let benchmark = PredictionBenchmark(
            plan: settings.plan(organs: names), shape: extent.predicted, settings: settings)
        let result = try await TensorThread(threads: threads).run { try benchmark.run(repetitions: 1) }
        return product("prediction", result.operationsPerSecond, limit: result.productOperationsPerSecond)
    }

    private func writeBack() async throws -> MeasuredPart {
        let result = try await ScratchCatalogue.with(work, shape: extent.written, organs: organs) { catalogue in
            let prediction = SyntheticPrediction(shape: extent.written, organs: organs)
            return try await WriteBackBenchmark(catalogue: catalogue, prediction: prediction, threads: threads)
                .run(repetition: 0) { _ in }
        }
        return MeasuredPart(
            part: "write-back", rate: 1 / (result.total / .seconds(1)), unit: "volumes/s",
            limitedBy: "reading and writing", limit: 1 / ((result.reading + result.writing) / .seconds(1)))
    }

    /// Floating-point operations of the convolutions beside those of products of matrices.
    private func product(_ part: String, _ operations: Double, limit: Double) -> MeasuredPart {
        MeasuredPart(
            part: part, rate: operations / 1e9, unit: "GFLOP/s", limitedBy: "matrix product", limit: limit / 1e9)
    }
}
