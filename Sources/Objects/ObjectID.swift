public import Domain

/// Names an object: the SHA-256 of its stored bytes and their number.
public struct ObjectID: Hashable, Sendable, CustomStringConvertible {
    public let digest: Digest
    /// Bytes in the object, 0 or more.
    public let size: Int

    public init(digest: Digest, size: Int) { (self.digest, self.size) = (digest, size) }

    /// The digest's 64 hexadecimal digits.
    public var description: String { digest.description }
}

/// The result of verifying an object's bytes.
public enum ObjectCondition: Hashable, Sendable {
    /// The bytes hash to the name and have its size.
    case intact
    case missing
    /// The SHA-256 and the number of the bytes that are stored instead.
    case damaged(actual: Digest, size: Int)
}
