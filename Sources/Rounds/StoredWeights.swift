public import Domain

/// Why the training of a round ended.
public enum TrainingEnding: String, Sendable, Hashable, CaseIterable, Codable {
    /// All steps of the plan were taken.
    case steps
    /// The mean Dice on validation volumes no longer grew.
    case plateau
}

/// Weights whose bytes are in the object store.
public struct StoredWeights: Sendable, Hashable {
    /// SHA-256 of the stored bytes.
    public let object: Digest
    /// Bytes of the object.
    public let size: Int
    /// Optimiser steps since the run began.
    public let steps: Int
    /// Mean loss over the last steps; nil where none was taken.
    public let loss: Double?
    /// Optimiser steps of the round itself; nil for weights of a confidence head.
    public let roundSteps: Int?
    /// Why the training ended after these steps; nil for weights of a confidence head.
    public let ending: TrainingEnding?

    public init(
        object: Digest, size: Int, steps: Int, loss: Double?, roundSteps: Int? = nil, ending: TrainingEnding? = nil
    ) {
        (self.object, self.size, self.steps, self.loss) = (object, size, steps, loss)
        (self.roundSteps, self.ending) = (roundSteps, ending)
    }
}

extension StoredWeights: Codable {
    private enum CodingKeys: String, CodingKey { case object, size, steps, loss, roundSteps, ending }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        guard let object = Digest(hex: try values.decode(String.self, forKey: .object)) else {
            throw DecodingError.dataCorruptedError(
                forKey: .object, in: values, debugDescription: "an object is named by 64 hexadecimal digits")
        }
        self.init(
            object: object, size: try values.decode(Int.self, forKey: .size),
            steps: try values.decode(Int.self, forKey: .steps),
            loss: try values.decodeIfPresent(Double.self, forKey: .loss),
            roundSteps: try values.decodeIfPresent(Int.self, forKey: .roundSteps),
            ending: try values.decodeIfPresent(TrainingEnding.self, forKey: .ending))
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(object.description, forKey: .object)
        try values.encode(size, forKey: .size)
        try values.encode(steps, forKey: .steps)
        try values.encodeIfPresent(loss, forKey: .loss)
        try values.encodeIfPresent(roundSteps, forKey: .roundSteps)
        try values.encodeIfPresent(ending, forKey: .ending)
    }
}
