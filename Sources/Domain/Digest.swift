/// A SHA-256 digest: 32 bytes.
public struct Digest: Hashable, Sendable, CustomStringConvertible {
    public static let length = 32

    public let bytes: [UInt8]

    /// - Precondition: exactly 32 bytes.
    public init(bytes: [UInt8]) {
        precondition(bytes.count == Self.length, "a SHA-256 digest has 32 bytes")
        self.bytes = bytes
    }

    /// Parses 64 hexadecimal digits of either case; nil for anything else.
    public init?(hex: some StringProtocol) {
        let digits = hex.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == 2 * Self.length, hex.utf8.count == digits.count else { return nil }
        bytes = stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    /// 64 lower-case hexadecimal digits.
    public var description: String {
        String(unsafeUninitializedCapacity: 2 * Self.length) { out in
            for (i, byte) in bytes.enumerated() {
                out[2 * i] = Self.digits[Int(byte >> 4)]
                out[2 * i + 1] = Self.digits[Int(byte & 15)]
            }
            return 2 * Self.length
        }
    }

    private static let digits = Array("0123456789abcdef".utf8)
}
