public import Domain

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

    public init(object: Digest, size: Int, steps: Int, loss: Double?) {
        (self.object, self.size, self.steps, self.loss) = (object, size, steps, loss)
    }
}

extension StoredWeights: Codable {
    private enum CodingKeys: String, CodingKey { case object, size, steps, loss }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        guard let object = Digest(hex: try values.decode(String.self, forKey: .object)) else {
            throw DecodingError.dataCorruptedError(
                forKey: .object, in: values, debugDescription: "an object is named by 64 hexadecimal digits")
        }
        self.init(
            object: object, size: try values.decode(Int.self, forKey: .size),
            steps: try values.decode(Int.self, forKey: .steps),
            loss: try values.decodeIfPresent(Double.self, forKey: .loss))
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(object.description, forKey: .object)
        try values.encode(size, forKey: .size)
        try values.encode(steps, forKey: .steps)
        try values.encodeIfPresent(loss, forKey: .loss)
    }
}
