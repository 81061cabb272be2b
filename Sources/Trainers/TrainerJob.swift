internal import Foundation

/// What an outside program is asked to do, as it reads it in `job.json` (`docs/outside-trainers.md`). All paths are absolute.
public struct TrainerJob: Codable, Hashable, Sendable {
    public enum Stage: String, Codable, Sendable { case train, predict }

    /// The version of the format.
    public static let currentVersion = 1

    public var version = TrainerJob.currentVersion
    public var stage: Stage
    /// Name of the run, and number of the round.
    public var run: String
    public var round: Int
    public var seed: Int
    /// Keys of the organs, in the order of the channels.
    public var organs: [String]
    /// Pairs of organs that exclude each other at a voxel.
    public var exclusions: [[String]]
    /// The parts of each composite label; their channels follow those of the organs.
    public var composites: [[String]]
    public var cases: [Case]
    /// For the stage train only.
    public var training: Training?
    /// For the stage predict only: the file of the round's checkpoint.
    public var checkpoint: String?

    public init(
        stage: Stage, run: String, round: Int, seed: Int, organs: [String], exclusions: [[String]],
        composites: [[String]] = [], cases: [Case], training: Training? = nil, checkpoint: String? = nil
    ) {
        (self.stage, self.run, self.round, self.seed) = (stage, run, round, seed)
        (self.organs, self.exclusions, self.composites) = (organs, exclusions, composites)
        (self.cases, self.training, self.checkpoint) = (cases, training, checkpoint)
    }

    /// What is to be trained.
    public struct Training: Codable, Hashable, Sendable {
        /// Steps of the whole round.
        public var steps: Int
        /// Weight of voxels that only a pseudo label knows, above 0 to 1.
        public var pseudoWeight: Double
        /// Whether an organ without a label is to be taken for absent.
        public var missingAsBackground: Bool
        /// Nil: from new weights.
        public var start: Start?
        /// The folder for checkpoints.
        public var checkpoints: String

        public init(steps: Int, pseudoWeight: Double, missingAsBackground: Bool, start: Start?, checkpoints: String) {
            (self.steps, self.pseudoWeight, self.missingAsBackground) = (steps, pseudoWeight, missingAsBackground)
            (self.start, self.checkpoints) = (start, checkpoints)
        }
    }

    /// Where a training starts.
    public struct Start: Codable, Hashable, Sendable {
        public enum Kind: String, Codable, Sendable {
            /// It continues a training of this round.
            case resume
            /// It begins with the weights of another round.
            case weights
        }

        public var kind: Kind
        /// The file of a checkpoint that the program wrote earlier.
        public var checkpoint: String
        /// The steps of this round that are done; 0 for `weights`.
        public var step: Int

        public init(kind: Kind, checkpoint: String, step: Int) {
            (self.kind, self.checkpoint, self.step) = (kind, checkpoint, step)
        }
    }

    /// A volume.
    public struct Case: Codable, Hashable, Sendable {
        public var volume: Int64
        /// Voxels along x, y, z, and millimetres per voxel.
        public var shape: [Int]
        public var spacing: [Double]
        public var modality: String
        /// The file of the image (`docs/cache-format.md`).
        public var image: String
        public var intensity: Intensity
        /// The file of the labels, for the stage train.
        public var labels: String?
        /// The file that is to be written, for the stage predict.
        public var logits: String?

        public init(
            volume: Int64, shape: [Int], spacing: [Double], modality: String, image: String, intensity: Intensity,
            labels: String? = nil, logits: String? = nil
        ) {
            (self.volume, self.shape, self.spacing, self.modality) = (volume, shape, spacing, modality)
            (self.image, self.intensity, self.labels, self.logits) = (image, intensity, labels, logits)
        }
    }

    /// How the codes of an image become input of a network: value = code · scale + offset, clipped to low and high, less the mean,
    /// divided by the deviation.
    public struct Intensity: Codable, Hashable, Sendable {
        public var scale, offset, low, high, mean, deviation: Double
        /// The value outside the volume, before it is normalised.
        public var outside: Double

        public init(
            scale: Double, offset: Double, low: Double, high: Double, mean: Double, deviation: Double, outside: Double
        ) {
            (self.scale, self.offset, self.low, self.high) = (scale, offset, low, high)
            (self.mean, self.deviation, self.outside) = (mean, deviation, outside)
        }
    }

    /// The text of `job.json`.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
}
