public import Tensors

/// The architecture of a network, as data: enough to rebuild it from a checkpoint.
public struct NetworkPlan: Hashable, Sendable {
    /// 2: slices with their neighbours as channels; 3: blocks of voxels.
    public var dimensions: Int
    /// Slices seen by a 2-D network: itself and as many below as above; odd. 1 for a 3-D network.
    public var contextSlices: Int
    /// Channels per level, finest first; each level halves the grid.
    public var widths: [Int]
    /// Keys of the organs, in order of the output channels.
    public var organs: [String]
    /// Initial bias of every output, so that all organs start rare.
    public var headBias: Double
    /// Whether coarser levels have outputs too, for training.
    public var deepSupervision: Bool

    public init(
        dimensions: Int = 3, contextSlices: Int = 1, widths: [Int] = [16, 32, 64, 128], organs: [String],
        headBias: Double = -3, deepSupervision: Bool = false
    ) {
        precondition(dimensions == 2 || dimensions == 3 && contextSlices == 1)
        precondition(contextSlices % 2 == 1 && !widths.isEmpty && !organs.isEmpty)
        (self.dimensions, self.contextSlices, self.widths) = (dimensions, contextSlices, widths)
        (self.organs, self.headBias, self.deepSupervision) = (organs, headBias, deepSupervision)
    }

    public var inputChannels: Int { dimensions == 2 ? contextSlices : 1 }

    /// The levels with outputs, finest first: as in nnU-Net all levels of the decoder but the coarsest.
    var outputLevels: Range<Int> { 0..<(deepSupervision ? max(1, widths.count - 2) : 1) }

    /// As metadata of a checkpoint. A network without outputs at coarser levels has the metadata of earlier versions.
    public var metadata: [String: String] {
        var metadata = [
            "plan.dimensions": String(dimensions), "plan.contextSlices": String(contextSlices),
            "plan.widths": widths.map(String.init).joined(separator: ","),
            "plan.organs": organs.joined(separator: ","), "plan.headBias": String(headBias),
        ]
        if deepSupervision { metadata["plan.deepSupervision"] = "true" }
        return metadata
    }

    /// Reads `metadata` back.
    public init(_ checkpoint: Checkpoint) throws {
        let metadata = checkpoint.metadata
        guard let dimensions = metadata["plan.dimensions"].flatMap(Int.init), (2...3).contains(dimensions),
            let context = metadata["plan.contextSlices"].flatMap(Int.init), context % 2 == 1, context > 0,
            dimensions == 2 || context == 1,
            let widths = metadata["plan.widths"]?.split(separator: ",").compactMap({ Int($0) }), !widths.isEmpty,
            widths.allSatisfy({ $0 > 0 }),
            let organs = metadata["plan.organs"]?.split(separator: ",").map(String.init), !organs.isEmpty,
            let headBias = metadata["plan.headBias"].flatMap(Double.init)
        else { throw LearningError.unfittingCheckpoint(problem: "it does not describe its network") }
        self.init(
            dimensions: dimensions, contextSlices: context, widths: widths, organs: organs, headBias: headBias,
            deepSupervision: metadata["plan.deepSupervision"] == "true")
    }
}
