/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): the same seed draws the same numbers on every machine.
public struct SplitMix64: RandomNumberGenerator, Sendable {
    /// The increment of the state: 2⁶⁴ divided by the golden ratio, rounded to an odd number.
    public static let increment: UInt64 = 0x9E37_79B9_7F4A_7C15

    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= Self.increment
        return Self.mixed(state)
    }

    /// The finaliser of SplitMix64: a bijection of 64 bits in which each input bit changes about half of the output bits.
    @inlinable
    @inline(__always)
    public static func mixed(_ bits: UInt64) -> UInt64 {
        var z = bits
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
