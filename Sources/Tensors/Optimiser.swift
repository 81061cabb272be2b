internal import CTorch

/// The rule by which gradients change parameters.
public enum OptimiserRule: Hashable, Sendable {
    /// Adam (Kingma and Ba, ICLR 2015) with β₁ 0.9, β₂ 0.999 and ε 10⁻⁸.
    case adam
    /// Stochastic gradient descent with momentum 0.9, as PyTorch's SGD.
    case sgd
}

/// An optimiser over a network's parameters, in place. Its state can be exported, so that a resumed training continues
/// exactly.
public final class Optimiser {
    private let rule: OptimiserRule
    private var steps = 0
    private let parameters: Parameters
    private let handles: [OpaquePointer?]
    private let means, squares: [Tensor]
    private let meanHandles, squareHandles: [OpaquePointer?]

    public init(_ rule: OptimiserRule, _ parameters: Parameters) throws(TensorError) {
        self.rule = rule
        self.parameters = parameters
        let tensors = parameters.all
        means = try Self.zeros(like: tensors)
        if case .adam = rule { squares = try Self.zeros(like: tensors) } else { squares = [] }
        handles = tensors.map(\.handle)
        meanHandles = means.map(\.handle)
        squareHandles = squares.map(\.handle)
    }

    /// Takes one step. Parameters without a gradient do not change.
    /// - Throws: `TensorError.refused`.
    public func step(learningRate: Double) throws(TensorError) {
        steps += 1
        switch rule {
        case .adam:
            var options = ct_adam(learning_rate: learningRate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8)
            try checked("an Adam step") {
                ct_adam_step(handles, meanHandles, squareHandles, Int32(handles.count), Int64(steps), &options, $0)
            }
        case .sgd:
            try checked("an SGD step") {
                ct_sgd_step(handles, meanHandles, Int32(handles.count), learningRate, 0.9, $0)
            }
        }
    }

    /// The moments by path ("optimiser.mean.…", "optimiser.square.…"), without the number of steps.
    public func export() throws(TensorError) -> [StoredTensor] {
        var stored: [StoredTensor] = []
        for (name, tensors) in [("mean", means), ("square", squares)] {
            for (path, tensor) in zip(parameters.paths, tensors) {
                stored.append(try StoredTensor(path: "optimiser.\(name).\(path)", tensor))
            }
        }
        return stored
    }

    /// Restores exported moments and the number of steps.
    /// - Throws: `TensorError.unfitting` where a path is missing or has another shape.
    public func load(steps: Int, _ stored: (String) -> StoredTensor?) throws(TensorError) {
        for (name, tensors) in [("mean", means), ("square", squares)] {
            for (path, tensor) in zip(parameters.paths, tensors) {
                let full = "optimiser.\(name).\(path)"
                guard let values = stored(full) else { throw .unfitting(path: full, problem: "it is missing") }
                try values.copy(into: tensor)
            }
        }
        self.steps = steps
    }

    private static func zeros(like tensors: [Tensor]) throws(TensorError) -> [Tensor] {
        var result: [Tensor] = []
        for tensor in tensors { result.append(try Tensor.zeros(tensor.shape).moved(to: tensor.device)) }
        return result
    }
}
