/// Random numbers that are a function of a key: the n-th number of key (a, b, c) is the same on every machine and
/// needs none of the numbers before it. SplitMix64 (Steele, Lea, Flood, OOPSLA 2014) over a mixed key.
public struct CounterRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// - Parameter key: for example seed, round, step, row.
    public init(_ key: UInt64...) {
        state = key.reduce(0x243F_6A88_85A3_08D3) { Self.mixed($0 ^ Self.mixed($1 &+ 0x9E37_79B9_7F4A_7C15)) }
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.mixed(state)
    }

    /// Uniform in [0, 1), 53 bits.
    public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Uniform in 0..<count; the bias is below count / 2⁶⁴.
    public mutating func index(below count: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(count)).high)
    }

    /// A well-mixed function of one word.
    public static func mixed(_ word: UInt64) -> UInt64 {
        var z = word
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
