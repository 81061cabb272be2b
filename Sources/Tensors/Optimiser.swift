internal import CTorch

/// The rule by which gradients change parameters.
public enum OptimiserRule: Hashable, Sendable {
    /// Adam (Kingma and Ba, ICLR 2015).
    case adam(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0)
    /// Gradient descent with momentum, as PyTorch's SGD.
    case descent(momentum: Double = 0.9)
}

/// An optimiser over a network's parameters, in place. Its state is exportable, so that a resumed run goes on exactly.
public final class Optimiser {
    public let rule: OptimiserRule
    /// Steps taken.
    public private(set) var steps = 0
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

    /// One step from the gradients that are there. Parameters without a gradient stay.
    public func step(learningRate: Double) throws(TensorError) {
        steps += 1
        switch rule {
        case .adam(let beta1, let beta2, let epsilon, let decay):
            var options = ct_adam(
                learning_rate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon, weight_decay: decay)
            try checked("an Adam step") {
                ct_adam_step(handles, meanHandles, squareHandles, Int32(handles.count), Int64(steps), &options, $0)
            }
        case .descent(let momentum):
            try checked("a descent step") {
                ct_sgd_step(handles, meanHandles, Int32(handles.count), learningRate, momentum, $0)
            }
        }
    }

    /// The moments by path ("optimiser.mean.…", "optimiser.square.…"); the number of steps goes beside them.
    public func export() throws(TensorError) -> [StoredTensor] {
        var stored: [StoredTensor] = []
        for (name, tensors) in [("mean", means), ("square", squares)] {
            for (path, tensor) in zip(parameters.paths, tensors) {
                stored.append(try StoredTensor(path: "optimiser.\(name).\(path)", tensor))
            }
        }
        return stored
    }

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
        for tensor in tensors { result.append(try Tensor.zeros(tensor.shape)) }
        return result
    }
}
