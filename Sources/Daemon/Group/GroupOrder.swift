internal import Domain

/// An order of the first process of a group to the others.
enum GroupOrder: Hashable, Sendable {
    /// To wait for another order: it does something by itself.
    case wait
    case train(GroupTraining)
    /// The evaluation that was due in the training is over; not made where it was interrupted by a request to stop.
    case goOn(isEvaluated: Bool)
    /// The first process ends with this exit status.
    case end(status: Int32)
}

/// A training that all processes begin together.
struct GroupTraining: Hashable, Sendable {
    enum Start: Hashable, Sendable {
        case fresh
        /// The object of a checkpoint of another round, whose weights are taken.
        case weights(Digest)
        /// The object of a checkpoint of this round.
        case resume(Digest)
    }

    let round: Int
    let start: Start
    /// Of the volumes and labels that are learned from.
    let data: Digest
}

// MARK: - As numbers

extension GroupOrder {
    /// Numbers of an order.
    static let length = 3 + 2 * Digest.length

    /// Whole numbers, which a sum with zeros of the other processes leaves as they are.
    var numbers: [Double] {
        let (kind, first, second, digests): (Int, Int, Int, [Digest?]) =
            switch self {
            case .wait: (1, 0, 0, [])
            case .train(let training): (2, training.round, training.start.kind, [training.start.object, training.data])
            case .goOn(let isEvaluated): (3, isEvaluated ? 1 : 0, 0, [])
            case .end(let status): (4, Int(status), 0, [])
            }
        let bytes = digests.flatMap { $0?.bytes ?? Array(repeating: 0, count: Digest.length) }
        let numbers = [kind, first, second].map(Double.init) + bytes.map(Double.init)
        return numbers + Array(repeating: 0, count: Self.length - numbers.count)
    }

    /// Nil for numbers of no order.
    init?(numbers: [Double]) {
        guard numbers.count == Self.length, numbers.allSatisfy({ Int32(exactly: $0) != nil }) else { return nil }
        switch numbers[0] {
        case 1: self = .wait
        case 2:
            guard let object = Digest(numbers[3..<3 + Digest.length]),
                let data = Digest(numbers[(3 + Digest.length)...]),
                let start = GroupTraining.Start(kind: Int(numbers[2]), object)
            else { return nil }
            self = .train(GroupTraining(round: Int(numbers[1]), start: start, data: data))
        case 3: self = .goOn(isEvaluated: numbers[1] == 1)
        case 4: self = .end(status: Int32(numbers[1]))
        default: return nil
        }
    }
}

extension GroupTraining.Start {
    fileprivate var kind: Int {
        switch self {
        case .fresh: 0
        case .weights: 1
        case .resume: 2
        }
    }

    fileprivate var object: Digest? {
        switch self {
        case .fresh: nil
        case .weights(let object), .resume(let object): object
        }
    }

    fileprivate init?(kind: Int, _ object: Digest) {
        switch kind {
        case 0: self = .fresh
        case 1: self = .weights(object)
        case 2: self = .resume(object)
        default: return nil
        }
    }
}

extension Digest {
    /// From a number for each byte.
    fileprivate init?(_ numbers: ArraySlice<Double>) {
        let bytes = numbers.compactMap { UInt8(exactly: $0) }
        guard bytes.count == Self.length else { return nil }
        self.init(bytes: bytes)
    }
}
