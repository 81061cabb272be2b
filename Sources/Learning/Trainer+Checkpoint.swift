internal import Plans
public import Tensors

/// The metadata of a training's checkpoints.
enum TrainingKey: String {
    case averageWeights, configuration, libtorch, optimiser, precision, processes, processor, program, revision, round,
        seed, step,
        steps, threads,
        validation

    var name: String { "training." + rawValue }
}

extension Checkpoint {
    subscript(key: TrainingKey) -> String? {
        get { metadata[key.name] }
        set { metadata[key.name] = newValue }
    }
}

extension Trainer {
    /// Weights, optimiser state, cursor, and what the training belongs to. Equal states give equal bytes.
    ///
    /// There is no state of a random generator: every random choice is a function of seed, round and step. The evaluation after the
    /// step of the checkpoint is not in it, so that its bytes do not depend on whether that was made yet.
    ///
    /// - Throws: `LearningError.diverged` instead of the checkpoint of a training that diverged.
    public func checkpoint() throws -> Checkpoint {
        var checkpoint = Checkpoint(
            metadata: network.plan.metadata, tensors: try exportedWeights() + optimiser.export())
        try requireFinite(checkpoint)
        checkpoint.record(recipe, settings, origin, on: network.device)
        checkpoint[.step] = String(step)
        checkpoint[.optimiser] = settings.optimiser.rawValue
        if processes != [1] { checkpoint[.processes] = processes.map(String.init).joined(separator: ",") }
        if average != nil { checkpoint[.averageWeights] = String(settings.averageWeights) }
        if recipe.validation != nil { checkpoint[.validation] = validations.before(step).text }
        return checkpoint
    }

    /// The weights that predict, by the paths of the network, and beside an average those that the optimiser changes.
    func exportedWeights() throws -> [StoredTensor] {
        let weights = try predictingNetwork.parameters.export()
        return average == nil ? weights : weights + (try network.parameters.export(prefix: Self.trainedPrefix))
    }

    /// Before the paths of the weights that the optimiser changes, where the others are averages.
    private static let trainedPrefix = "optimiser.weight."

    /// Continues the round from a checkpoint of it.
    /// - Throws: `LearningError.unfittingCheckpoint` with the first difference, and `TensorError.unfitting`.
    func resume(_ checkpoint: Checkpoint) throws {
        try requireNetwork(of: checkpoint)
        try require(checkpoint, .configuration, origin.configuration)
        try require(checkpoint, .round, String(recipe.round))
        try require(checkpoint, .seed, String(recipe.seed))
        try require(checkpoint, .steps, String(recipe.steps))
        try require(checkpoint, .optimiser, settings.optimiser.rawValue)
        try require(checkpoint, .revision, String(origin.revision))
        guard let step = checkpoint[.step].flatMap(Int.init), (0...recipe.steps).contains(step) else {
            throw LearningError.unfittingCheckpoint(problem: "its step is \(checkpoint[.step] ?? "not given")")
        }
        let decay = checkpoint[.averageWeights] ?? "0.0"
        guard decay == String(settings.averageWeights) else {
            throw LearningError.unfittingCheckpoint(
                problem: "its averageWeights is \(decay) instead of \(settings.averageWeights)")
        }
        validations = try history(checkpoint, before: step)
        try predictingNetwork.parameters.load { checkpoint[$0] }
        if average != nil { try network.parameters.load { checkpoint[Self.trainedPrefix + $0] } }
        try optimiser.load(steps: step) { checkpoint[$0] }
        let before = checkpoint.processes
        processes = before.last == processes.last ? before : before + processes
        self.step = step
    }

    private func history(_ checkpoint: Checkpoint, before step: Int) throws(LearningError) -> ValidationHistory {
        guard let validation = recipe.validation else { return ValidationHistory() }
        let steps = Array(stride(from: validation.every, to: step, by: validation.every))
        guard let history = ValidationHistory(text: checkpoint[.validation] ?? "", steps: steps) else {
            throw .unfittingCheckpoint(problem: "its evaluations are not those after every \(validation.every) steps")
        }
        return history
    }

    /// Takes the weights at the end of the round before.
    /// - Throws: as `resume`.
    func start(from checkpoint: Checkpoint) throws {
        try requireNetwork(of: checkpoint)
        if recipe.round > 0 {
            try require(checkpoint, .configuration, origin.configuration)
            try require(checkpoint, .round, String(recipe.round - 1))
            try require(checkpoint, .seed, String(recipe.seed))
        }
        try network.parameters.load { checkpoint[$0] }
        try average?.network.parameters.copy(from: network.parameters)
    }

    private func requireNetwork(of checkpoint: Checkpoint) throws {
        guard try NetworkPlan(checkpoint) == network.plan else {
            throw LearningError.unfittingCheckpoint(problem: "it has another network")
        }
    }

    private func require(_ checkpoint: Checkpoint, _ key: TrainingKey, _ expected: String) throws(LearningError) {
        guard checkpoint[key] == expected else {
            throw .unfittingCheckpoint(
                problem: "its \(key.rawValue) is \(checkpoint[key] ?? "not given") instead of \(expected)")
        }
    }
}

extension Checkpoint {
    /// Writes what made it: recipe, origin, and the program's numbers that decide the last bits of a result.
    mutating func record(
        _ recipe: RoundRecipe, _ settings: LearningSettings, _ origin: TrainingOrigin, on device: Device
    ) {
        self[.round] = String(recipe.round)
        self[.steps] = String(recipe.steps)
        self[.seed] = String(recipe.seed)
        self[.configuration] = origin.configuration
        self[.revision] = String(origin.revision)
        self[.program] = origin.program
        self[.libtorch] = Torch.version
        self[.threads] = String(Torch.threads)
        self[.precision] = settings.usesBFloat16(on: device) ? "bfloat16" : "float32"
        self[.processor] = device == .cpu ? Torch.processor : "cuda"
    }
}

extension Checkpoint {
    /// How many processes trained the round together, in order: several where the number changed between two starts. Not empty.
    public var processes: [Int] {
        let numbers = (self[.processes] ?? "").split(separator: ",").compactMap { Int($0) }
        return numbers.isEmpty ? [1] : numbers
    }
}

/// What decides the last bits of a result beside configuration and labels, as a checkpoint states it.
public struct NumericEnvironment: Hashable, Sendable {
    public var program: String?
    /// libtorch's version.
    public var libtorch: String?
    /// Threads of one libtorch operation.
    public var threads: String?
    /// `float32` or `bfloat16`.
    public var precision: String?
    /// The instructions that libtorch uses, for example `AVX2`; `cuda` for a GPU.
    public var processor: String?

    public init(_ checkpoint: Checkpoint) {
        program = checkpoint[.program]
        libtorch = checkpoint[.libtorch]
        threads = checkpoint[.threads]
        precision = checkpoint[.precision]
        processor = checkpoint[.processor]
    }
}
